"""Display of the loss of a pair against its Hamming distance."""

from copy import deepcopy

import numpy as np

from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._curves import draw_curves, join_labels
from sklearn_hash.plotting._docs import document

__all__ = ["LossShapeDisplay"]


@document
class LossShapeDisplay(BaseDisplay):
    """Visualization of the loss of a pair, or its gradient, against the Hamming distance of the pair.

    There is one curve for similar and one for dissimilar pairs. A loss with a large gradient for dissimilar pairs at
    small distances concentrates on hard pairs; one with a small gradient there neglects them. It is recommended to use
    :meth:`from_loss` or :meth:`from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    similar, dissimilar : ndarray of shape (n_bits + 1,)
        Loss of a similar and of a dissimilar pair at each distance from 0 to n_bits.
    {name}

    Attributes
    ----------
    {pair lines}
    {axes}

    See Also
    --------
    sklearn_hash.losses : Loss functions.
    HammingDistanceDisplay : Hamming distances of the pairs of a data set.

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

    _kinds = ("loss", "gradient")

    def __init__(self, *, similar, dissimilar, name=None):
        self.similar = similar
        self.dissimilar = dissimilar
        self.name = name

    @document
    def plot(self, ax=None, *, kind="loss", name=None, curve_kwargs=None):
        """Draw the two curves.

        Parameters
        ----------
        {ax}
        {loss kind}
        {display name}
        {curves}

        {returns}
        """
        ax, name = self._validate_plot_params(ax=ax, name=name, kind=kind)
        losses, start, ylabel = [self.similar, self.dissimilar], 0.0, "Loss"
        if kind == "gradient":
            losses, start, ylabel = [np.diff(loss) for loss in losses], 0.5, "Gradient: change of the loss per bit"
        labels = [join_labels(name, pair) for pair in ("similar pair", "dissimilar pair")]
        distances = start + np.arange(len(losses[0]))
        self.line_ = draw_curves(ax, distances, list(zip(labels, losses, strict=True)), curve_kwargs)
        ax.set(xlabel="Hamming distance", ylabel=ylabel)
        return self

    @classmethod
    @document
    def from_loss(cls, loss, n_bits=32, *, magnitude=20.0, kind="loss", name=None, ax=None, curve_kwargs=None):
        """Compute a loss at each distance and draw it.

        Parameters
        ----------
        loss : callable
            Loss called as ``loss(z, similarity)``, such as the losses over pairs of :mod:`sklearn_hash.losses`. It is
            called with one pair at a time, so that class weights have no effect.
        n_bits : int, default=32
            Code length.
        {magnitude}
        {loss kind}
        name : str, default=None
            Name in the legend; by default the class name of the loss.
        {ax}
        {curves}

        {returns}

        Raises
        ------
        ValueError
            If the loss is not over pairs.
        """
        cls._check_matplotlib("from_loss")
        target = getattr(loss, "target", "similarity")
        if target != "similarity":
            raise ValueError(f"loss must take the similarity of pairs; {type(loss).__name__} takes {target}.")
        similar, dissimilar = (_losses_of_pairs(loss, n_bits, magnitude, similarity) for similarity in (1.0, 0.0))
        display = cls(similar=similar, dissimilar=dissimilar, name=type(loss).__name__ if name is None else name)
        return display.plot(ax, kind=kind, curve_kwargs=curve_kwargs)

    @classmethod
    @document
    def from_estimator(cls, estimator, *, magnitude=20.0, kind="loss", name=None, ax=None, curve_kwargs=None):
        """Draw the loss that a hasher was trained with.

        Parameters
        ----------
        estimator : fitted hasher, Pipeline that ends with one, or parameter search over either
            Estimator whose loss is over pairs.
        {magnitude}
        {loss kind}
        {class name}
        {ax}
        {curves}

        {returns}

        Raises
        ------
        ValueError
            If the estimator has no loss, or its loss is not over pairs.
        """
        hasher, name = cls._validate_estimator(estimator, name=name, attribute="net_")
        # The copy is moved to the CPU; the loss of the estimator must stay on its device.
        loss = deepcopy(hasher.net_.criterion_).cpu()
        return cls.from_loss(
            loss, hasher.n_bits_, magnitude=magnitude, kind=kind, name=name, ax=ax, curve_kwargs=curve_kwargs
        )


def _losses_of_pairs(loss, n_bits, magnitude, similarity):
    """Compute the loss of one pair of the given similarity at each distance."""
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
