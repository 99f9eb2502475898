"""Docstring text that the deep hashers share, substituted into each class."""

from inspect import signature
from textwrap import dedent

from sklearn_hash._docstrings import fill_placeholders

__all__ = ["document"]

_PARAMETERS = dedent(
    """\
    n_bits : int, default=32
        Code length.

    encoder : {"auto", "linear", "mlp", "cnn"}, nn.Module class, instance or factory, default="%(encoder)s"
        Network that maps rows to the input of the hash layer. "linear" passes the standardised input on, "mlp" has one
        hidden layer of 512 units with ReLU and dropout, and "cnn" is a small residual network; "auto" is "cnn" for
        images and "mlp" otherwise. These three standardise their input by the mean of the training rows and one
        standard deviation over all values. A custom module gets float32 rows and returns a tensor of shape
        (n, n_features). An instance is copied, never trained in place; if none of its weights requires a gradient, it
        stays frozen and in evaluation mode.

    similarity : {"share", "jaccard", "cosine", "precomputed"}, matrix or callable, default=%(similarity)s
        Similarity of two rows. "share": 1 if they have a label in common, otherwise 0. "jaccard" and "cosine": the
        overlap of their label sets, the same as "share" if each row has one label. "precomputed": y is the (n, n)
        similarity matrix, dense or sparse, with values in [0, 1] and NaN for unknown pairs. With a matrix, or a
        callable ``similarity(ids, others)`` that returns an array of shape (len(ids), len(others)), y holds row ids,
        so that cross-validation can slice it.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        Format of the codes that ``transform`` returns. "bits": (n, n_bits) uint8 of 0 and 1. "signs": (n, n_bits) int8
        of -1 and +1. "packed": (n, ceil(n_bits / 8)) uint8 in the bit order of :func:`numpy.packbits`. "continuous":
        (n, n_bits) float32, the real values whose signs are the codes.

    lr : float, default=%(lr)g
        Initial learning rate. In ``fit``, it is annealed to zero by a cosine schedule; in ``partial_fit``, it is
        constant.

    max_epochs : int, default=%(max_epochs)d
        Passes over the training rows.

    batch_size : int, default=%(batch_size)d
        Number of rows in a training step. An incomplete last batch is dropped, unless it is the only batch.

    validation_fraction : float or None, default=None
        Fraction of the rows to hold out for early stopping. Training stops after 10 epochs without improvement of the
        %(score)s, and the weights of the best epoch are restored.

    images : ImageInput or None, default=None
        How images are loaded, normalised and augmented, and the order of their axes; see
        :class:`~sklearn_hash.ImageInput`. None means ``ImageInput()``.

    device : "auto", str or torch.device, default="auto"
        Device to train on; "auto" is the GPU if there is one, otherwise the CPU.

    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, dropout, shuffling and the validation split. The global generators of torch and
        numpy are neither used nor changed.

    verbose : int, default=0
        1 shows a progress bar of the training, 2 prints a line per epoch. Both show a progress bar when codes are
        computed block by block.

    net_params : dict, default=None
        Further parameters of the skorch net, by their skorch names: ``optimizer`` ("Adam" by default),
        ``optimizer__weight_decay`` (1e-5 by default), ``callbacks``, ``callbacks__lr_schedule`` (None for a constant
        learning rate), ``callbacks__validation__patience``, ``iterator_train__balanced``, ``encoder__<name>``,
        ``module__batch_norm`` (batch normalisation of the hash layer's output), ``module__output_field`` (if the
        encoder returns a dict or tuple), ``module__precision`` ("auto", "float32" or "bfloat16") and
        ``compile``%(criterion)s. They can also be set individually by ``set_params`` or tuned in a grid search.
    """
)

_ATTRIBUTES = dedent(
    """\
    net_ : HashingNet
        The trained skorch net.

    n_bits_ : int
        Code length.

    history_ : skorch History
        For each epoch: loss, duration%(history)s and the values recorded by callbacks; with a validation split also
        ``%(column)s``.

    n_iter_ : int
        Number of epochs trained.

    classes_ : ndarray or None
        Class labels seen in ``fit``, or the column numbers of a multi-label indicator; None if y holds no labels.

    n_features_in_ : int
        Number of features seen during fit; for images, the number of channels. Not defined with a loader or a Dataset.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit. Defined only when X has feature names that are all strings.
    """
)

# Score of the validation rows: mAP needs labels or similarities.
_BY_MAP = {"score": "mAP of these rows as queries against the training rows", "column": "valid_map"}
_BY_LOSS = {"score": "loss on these rows", "column": "valid_loss"}


def document(similarity='"share"', history=""):
    """Fill ``{shared parameters}``, restricted to those of the class, and ``{attributes}`` in its docstring."""

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
