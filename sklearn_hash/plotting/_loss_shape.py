"""LossShapeDisplay: what a loss over pairs asks for at every Hamming distance."""

from copy import deepcopy

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.plotting._base import BaseDisplay, check_kind, check_matplotlib
from sklearn_hash.plotting._codes import hasher_of, name_of
from sklearn_hash.plotting._curves import draw_curves, join_name
from sklearn_hash.plotting._docs import document

__all__ = ["LossShapeDisplay"]


class LossShapeDisplay(BaseDisplay):
    """Loss of one pair, and its gradient, against the Hamming distance of the pair.

    A loss that rises steeply where dissimilar pairs are near concentrates on hard pairs; one that is flat there
    leaves them alone. It is recommended to use :meth:`from_loss` or :meth:`from_estimator`. All parameters are
    stored as attributes.

    Parameters
    ----------
    similar, dissimilar : ndarray of shape (n_bits + 1,)
        Loss of a similar and of a dissimilar pair at the distances 0 to n_bits.
    name : str, default=None
        Name of the loss in the legend.

    Attributes
    ----------
    line_ : list of matplotlib Line2D
        The curves of similar and of dissimilar pairs.
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure that contains the curves.

    See Also
    --------
    sklearn_hash.losses : The losses.
    HammingDistanceDisplay : The distances of the pairs of a data set.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_hash.losses import DualHingeLoss, HashNetLoss
    >>> from sklearn_hash.plotting import LossShapeDisplay
    >>> display = LossShapeDisplay.from_loss(DualHingeLoss())
    >>> LossShapeDisplay.from_loss(HashNetLoss(), ax=display.ax_)
    <...>
    >>> plt.show()
    """

    def __init__(self, *, similar, dissimilar, name=None):
        self.similar = similar
        self.dissimilar = dissimilar
        self.name = name

    @document
    def plot(self, ax=None, *, kind="loss", name=None, curve_kwargs=None):
        """Draw the curves.

        Parameters
        ----------
        {ax}
        {loss kind}
        {display name}
        {two curves}

        Returns
        -------
        display : LossShapeDisplay
        """
        check_kind(kind, ("loss", "gradient"))
        ax, name = self._start(ax, name)
        losses = {"similar pair": self.similar, "dissimilar pair": self.dissimilar}
        start = 0.0
        if kind == "gradient":
            losses, start = {what: np.diff(loss) for what, loss in losses.items()}, 0.5
        curves = [(join_name(name, what), loss) for what, loss in losses.items()]
        self.line_ = draw_curves(ax, start + np.arange(len(curves[0][1])), curves, curve_kwargs)
        ylabel = "Loss of the pair" if kind == "loss" else "Gradient: change of the loss per bit"
        ax.set(xlabel="Hamming distance of the pair", ylabel=ylabel)
        return self

    @classmethod
    @document
    def from_loss(cls, loss, n_bits=32, *, magnitude=20.0, kind="loss", name=None, ax=None, curve_kwargs=None):
        """Compute the curves of a loss and draw them.

        Parameters
        ----------
        loss : callable
            ``loss(z, similarity)``, as those of :mod:`sklearn_hash.losses` over pairs. Each pair is a batch of its
            own, so that class weights have nothing to weigh.
        n_bits : int, default=32
            Length of the codes.
        {magnitude}
        {loss kind}
        {class name}
        {ax}
        {two curves}

        Returns
        -------
        display : LossShapeDisplay

        Raises
        ------
        ValueError
            If the loss is not one over pairs.
        """
        check_matplotlib(f"{cls.__name__}.from_loss")
        target = getattr(loss, "target", "similarity")
        if target != "similarity":
            raise ValueError(
                f"loss must be one over pairs, which takes their similarity; {type(loss).__name__} takes {target}."
            )
        similar, dissimilar = (_losses_of_pairs(loss, n_bits, magnitude, s) for s in (1.0, 0.0))
        display = cls(similar=similar, dissimilar=dissimilar, name=type(loss).__name__ if name is None else name)
        return display.plot(ax, kind=kind, curve_kwargs=curve_kwargs)

    @classmethod
    @document
    def from_estimator(cls, estimator, *, magnitude=20.0, kind="loss", name=None, ax=None, curve_kwargs=None):
        """Draw the curves of the loss that a hasher was trained with.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends in one, or search over either
            One whose loss is over pairs.
        {magnitude}
        {loss kind}
        {class name}
        {ax}
        {two curves}

        Returns
        -------
        display : LossShapeDisplay

        Raises
        ------
        ValueError
            If the estimator has no loss, or one that is not over pairs.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        hasher = hasher_of(estimator)
        check_is_fitted(hasher)
        if not hasattr(hasher, "net_"):
            raise ValueError(f"estimator must have been trained by a loss; {type(hasher).__name__} was not.")
        return cls.from_loss(
            # A copy, since a loss may lie on a GPU and is to stay there.
            deepcopy(hasher.net_.criterion_).cpu(),
            hasher.n_bits_,
            magnitude=magnitude,
            kind=kind,
            name=name_of(estimator, name),
            ax=ax,
            curve_kwargs=curve_kwargs,
        )


def _losses_of_pairs(loss, n_bits, magnitude, similarity):
    """Loss of one pair of that similarity at each distance."""
    import torch

    first = torch.full((n_bits,), magnitude, dtype=torch.float64)
    target = torch.full((2, 2), similarity, dtype=torch.float64)
    values = []
    with torch.no_grad():
        for distance in range(n_bits + 1):
            second = first.clone()
            second[:distance] *= -1
            values.append(float(loss(torch.stack([first, second]), target)))
    return np.array(values)
