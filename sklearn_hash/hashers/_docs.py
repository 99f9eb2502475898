"""Docstring text that the deep hashers share, substituted into each class."""

from inspect import signature
from textwrap import dedent

from sklearn_hash._docstrings import fill_placeholders

__all__ = ["document"]

_PARAMETERS = dedent(
    """\
    n_bits : int, default=32
        Length of the codes.

    encoder : {"auto", "linear", "mlp", "cnn"}, nn.Module class, instance or factory, default="%(encoder)s"
        Network that maps rows to the input of the hash layer. "linear" is the standardised input itself, "mlp" one
        hidden layer of 512 units with ReLU and dropout, "cnn" a small residual network; "auto" is "cnn" for images and
        "mlp" otherwise. These three standardise their input by the mean of the training rows and one standard deviation
        over all values. A module of your own gets float32 rows and returns (n, n_features); an instance is copied,
        never trained in place, and stays frozen, in evaluation mode, if none of its weights requires a gradient.

    similarity : {"share", "jaccard", "cosine", "precomputed"}, matrix or callable, default=%(similarity)s
        What makes two rows similar. "share": they have a label in common. "jaccard" and "cosine": the overlap of their
        label sets, which is "share" where each row has one label. "precomputed": y is the (n, n) similarity matrix,
        dense or sparse, with values in [0, 1] and NaN for unknown pairs. With a matrix, or a callable
        ``similarity(ids, others)`` that returns (len(ids), len(others)) values, y holds row ids, so that
        cross-validation can slice it.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        Form of the codes that ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1;
        (n, ceil(n_bits / 8)) uint8 in the bit order of :func:`numpy.packbits`; or the (n, n_bits) float32 values whose
        signs are the codes.

    lr : float, default=%(lr)g
        Learning rate of the first step. It falls to zero along half a cosine over the steps of ``fit``;
        ``partial_fit`` keeps it constant.

    max_epochs : int, default=%(max_epochs)d
        Passes over the training rows.

    batch_size : int, default=%(batch_size)d
        Rows of a training step. A trailing partial batch is left out, unless it is the only one.

    validation_fraction : float or None, default=None
        Fraction of the rows to hold out for early stopping. Training stops after 10 epochs without a better
        %(score)s; the weights of the best epoch are restored.

    images : ImageInput or None, default=None
        Reading, order of axes, normalisation and augmentation of images, see :class:`~sklearn_hash.ImageInput`. None
        is ``ImageInput()``.

    device : "auto", str or torch.device, default="auto"
        Device to train on; "auto" is the GPU if there is one.

    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, dropout, shuffling and the validation split. The global generators of torch and
        numpy are neither used nor changed.

    verbose : int, default=0
        1 shows a progress bar, 2 prints a line per epoch. Both show a progress bar for codes written block by block.

    net_params : dict, default=None
        Further parameters of the skorch net by skorch's names: ``optimizer`` ("Adam" by default),
        ``optimizer__weight_decay`` (1e-5 by default), ``callbacks``, ``callbacks__lr_schedule`` (None for a constant
        learning rate), ``callbacks__validation__patience``, ``iterator_train__balanced``, ``encoder__<name>``,
        ``module__batch_norm`` (batch normalisation of the hash layer's output), ``module__output_field`` (where the
        encoder returns a dict or tuple), ``module__precision`` ("auto", "float32" or "bfloat16") and
        ``compile``%(criterion)s. They can also be set one by one by ``set_params``, or searched.
    """
)

_ATTRIBUTES = dedent(
    """\
    net_ : HashingNet
        The trained skorch net.

    n_bits_ : int
        Length of the codes.

    history_ : skorch History
        Per epoch: loss, duration%(history)s, and what callbacks record; with a validation split also
        ``%(column)s``.

    n_iter_ : int
        Epochs trained.

    classes_ : ndarray or None
        The classes seen, the columns of a multi-label indicator, or None where y held no labels.

    n_features_in_ : int
        Number of features seen during fit, for images of channels; missing with a loader or a Dataset.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, where X had string column names.
    """
)

# Score of the validation rows: mAP needs labels or similarities.
_BY_MAP = {"score": "mAP of them as queries against the rows trained on", "column": "valid_map"}
_BY_LOSS = {"score": "loss on them", "column": "valid_loss"}


def document(similarity='"share"', history=""):
    """Fill ``{shared parameters}`` and ``{attributes}`` in a class's docstring; of the former, those that it has."""

    def decorate(cls):
        own = signature(cls).parameters
        known = {*own, "n_classes"}
        nested = [f"``criterion__{name}``" for name in signature(cls._loss_class).parameters if name not in known]
        values = {
            "similarity": similarity,
            **{name: own[name].default for name in ("encoder", "lr", "max_epochs", "batch_size")},
            "criterion": "".join(f", {name}" for name in nested),
            "history": history,
            **(_BY_LOSS if cls._loss_class.target == "features" else _BY_MAP),
        }
        paragraphs = (_PARAMETERS % values).split("\n\n")
        texts = {
            "shared parameters": "\n\n".join(text for text in paragraphs if text.partition(" :")[0] in own),
            "attributes": _ATTRIBUTES % values,
        }
        cls.__doc__ = fill_placeholders(cls.__doc__, texts)
        return cls

    return decorate
