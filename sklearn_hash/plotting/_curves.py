"""Curves that can be told apart, also without colour and also when several Displays share one axes."""

from collections.abc import Mapping

__all__ = ["draw_chance_level", "draw_curves", "join_name"]

_LINESTYLES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_ALL_MARKED = 12  # points of a curve; of more only some are marked, evenly along it
_SPACING = 0.1  # of the marks, as a share of the diagonal of the axes


def draw_curves(ax, x, curves, curve_kwargs=None, **defaults):
    """Draw the curves of one Display, each with its label, and the legend of all labels.

    Curves of one Display share a colour and a marker that nothing on the axes has yet. Alone, a curve has a line
    style of its own too; several of one Display differ in line style, and all but the first have hollow markers.

    Parameters
    ----------
    ax : matplotlib Axes
    x : array-like
    curves : list of (label, array-like)
        A label may be None.
    curve_kwargs : dict or list of dict, default=None
        What the caller wants otherwise, for all curves or for each.
    **defaults : dict
        What the Display wants otherwise.

    Returns
    -------
    line : Line2D or list of Line2D
        A list where there are several curves.
    """
    look = _next_look(ax)
    given = _kwargs_of_each(curve_kwargs, len(curves))
    lines = []
    for number, (label, y) in enumerate(curves):
        style = {**look, **_marks(len(y), look["marker"]), **defaults, "label": label}
        if len(curves) > 1:
            style["linestyle"] = _LINESTYLES[number % len(_LINESTYLES)]
        if number:
            style["markerfacecolor"] = "white"
        lines += ax.plot(x, y, **{**style, **given[number]})
    _draw_legend(ax)
    return lines[0] if len(lines) == 1 else lines


def draw_chance_level(ax, level, kwargs=None):
    """Draw and name the precision of codes that tell nothing."""
    look = {"color": "0.4", "linestyle": (0, (1, 3)), "label": f"chance level ({level:.3f})"}
    line = ax.axhline(level, **{**look, **_full_names(kwargs)})
    _draw_legend(ax)
    return line


def join_name(name, what):
    """Label of one of several curves of a Display."""
    return what if name is None else f"{name}: {what}"


def _draw_legend(ax):
    if ax.get_legend_handles_labels()[1]:
        ax.legend()


def _next_look(ax):
    """Colour, line style and marker that no curve on the axes has."""
    from matplotlib.colors import to_hex

    # Lines at a level, such as axhline draws, lie in other coordinates and are no curves.
    curves = [line for line in ax.get_lines() if line.get_transform() is ax.transData]
    index = len({(to_hex(line.get_color()), line.get_marker()) for line in curves})
    return {
        "color": f"C{index}",
        "linestyle": _LINESTYLES[index % len(_LINESTYLES)],
        "marker": _MARKERS[index % len(_MARKERS)],
    }


def _marks(n_points, marker):
    """Size and spacing of markers; where curves coincide, their markers come in turns."""
    offset = _SPACING * (0.37 * _MARKERS.index(marker) % 1)
    return {"markersize": 5, "markevery": None if n_points <= _ALL_MARKED else (offset, _SPACING)}


def _kwargs_of_each(curve_kwargs, n_curves):
    """The caller's keywords for each curve."""
    if curve_kwargs is None or isinstance(curve_kwargs, Mapping):
        curve_kwargs = [curve_kwargs] * n_curves
    elif not isinstance(curve_kwargs, list) or len(curve_kwargs) != n_curves:
        raise ValueError(
            f"curve_kwargs must be None, a dictionary or a list of {n_curves} dictionaries; got {curve_kwargs!r}."
        )
    return [_full_names(kwargs) for kwargs in curve_kwargs]


def _full_names(kwargs):
    """Keywords of a line under matplotlib's full names, so that they replace the defaults: "ls" is "linestyle"."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return normalize_kwargs(kwargs, Line2D)
