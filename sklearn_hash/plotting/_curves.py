"""Drawing of curves that differ in more than their colour, also if several Displays share one axes."""

from collections.abc import Mapping

__all__ = ["add_to_label", "draw_chance_level", "draw_curves", "join_labels", "set_integer_ticks"]

_LINESTYLES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_MAX_MARKED = 12  # largest number of points that all get a marker; longer curves get evenly spaced markers
_SPACING = 0.1  # of the markers, as a fraction of the diagonal of the axes


def draw_curves(ax, x, curves, curve_kwargs=None, **defaults):
    """Draw the curves of one Display with their labels, and the legend.

    The curves of one Display share the next colour and marker after those of the curves on the axes. A single curve
    also gets the next line style. Several curves of one Display differ in line style, and all but the first have hollow
    markers.

    Parameters
    ----------
    ax : matplotlib Axes
    x : array-like
    curves : list of (label, array-like)
        Labels and values of the curves. A label may be None.
    curve_kwargs : dict or list of dict, default=None
        Keyword arguments of the user, the same for all curves or one dict per curve.
    **defaults : dict
        Keyword arguments of the Display, which are overridden by those of the user.

    Returns
    -------
    line : Line2D or list of Line2D
        A list if there are several curves.
    """
    style_of_display = _next_style(ax)
    kwargs_of_curves = _check_curve_kwargs(curve_kwargs, len(curves))
    lines = []
    for number, ((label, y), kwargs) in enumerate(zip(curves, kwargs_of_curves, strict=True)):
        style = {**style_of_display, **_marker_spacing(len(y), style_of_display["marker"]), **defaults, "label": label}
        if len(curves) > 1:
            style["linestyle"] = _LINESTYLES[number % len(_LINESTYLES)]
        if number:
            style["markerfacecolor"] = "white"
        lines += ax.plot(x, y, **{**style, **kwargs})
    _draw_legend(ax)
    return lines[0] if len(lines) == 1 else lines


def draw_chance_level(ax, level, kwargs=None):
    """Draw the chance level, the precision of a random ranking, and add it to the legend."""
    style = {"color": "0.4", "linestyle": (0, (1, 3)), "label": f"chance level ({level:.3f})"}
    line = ax.axhline(level, **{**style, **_normalize_kwargs(kwargs)})
    _draw_legend(ax)
    return line


def join_labels(name, curve):
    """Return the label of one of several curves of a Display."""
    return curve if name is None else f"{name}: {curve}"


def add_to_label(name, value):
    """Return the label of a Display that shows a value in addition to its name."""
    return value if name is None else f"{name} ({value})"


def set_integer_ticks(*axes):
    """Place the ticks of each axis at integers only."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True))


def _draw_legend(ax):
    if ax.get_legend_handles_labels()[1]:
        ax.legend()


def _next_style(ax):
    """Return the colour, line style and marker that follow those of the curves on the axes."""
    from matplotlib.colors import to_hex

    # Lines other than curves, such as those of axhline, have a different transform.
    curves = [line for line in ax.get_lines() if line.get_transform() is ax.transData]
    index = len({(to_hex(line.get_color()), line.get_marker()) for line in curves})
    return {
        "color": f"C{index}",
        "linestyle": _LINESTYLES[index % len(_LINESTYLES)],
        "marker": _MARKERS[index % len(_MARKERS)],
    }


def _marker_spacing(n_points, marker):
    """Return size and spacing of markers; the offset depends on the marker to keep coinciding curves visible."""
    offset = _SPACING * (0.37 * _MARKERS.index(marker) % 1)
    return {"markersize": 5, "markevery": None if n_points <= _MAX_MARKED else (offset, _SPACING)}


def _check_curve_kwargs(curve_kwargs, n_curves):
    """Return a dictionary of keyword arguments for each curve."""
    if curve_kwargs is None or isinstance(curve_kwargs, Mapping):
        curve_kwargs = [curve_kwargs] * n_curves
    elif not isinstance(curve_kwargs, list) or len(curve_kwargs) != n_curves:
        raise ValueError(
            f"curve_kwargs must be None, a dictionary or a list of {n_curves} dictionaries; got {curve_kwargs!r:.100}."
        )
    return [_normalize_kwargs(kwargs) for kwargs in curve_kwargs]


def _normalize_kwargs(kwargs):
    """Replace aliases of matplotlib keywords, such as "ls" for "linestyle", so that they override the defaults."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return normalize_kwargs(kwargs, Line2D)
