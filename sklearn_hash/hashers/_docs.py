"""Documentation that every hasher shares, written once and substituted into each class."""

from inspect import signature
from textwrap import dedent, indent

__all__ = ["document"]

_PARAMETERS = dedent(
    """\
    n_bits : int, default=32
        Length of the codes.

    encoder : {"auto", "linear", "mlp", "cnn"}, nn.Module class, instance or factory, default="auto"
        What stands before the hash layer. "linear" is nothing but standardised inputs, "mlp" one hidden layer of 512
        units with ReLU and dropout, "cnn" three convolution blocks; "auto" takes "cnn" for images and "mlp" otherwise.
        These three learn the mean of the training rows and one global deviation. A module gets the rows as float32 and
        gives (n, n_features); an instance is copied, never trained in place.

    similarity : {"share", "jaccard", "cosine", "precomputed"}, matrix or callable, default=%(similarity)s
        What makes two rows similar. "share": they have a label in common. "jaccard" and "cosine" grade label sets by
        their overlap, which is "share" where every row has one label. "precomputed": y is the (n, n) similarity
        matrix, in [0, 1] with NaN for unknown pairs. With a dense or sparse matrix, or a callable
        ``similarity(ids, others)``, y holds row ids of it, so that cross-validation can slice it.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    optimizer : str or torch.optim.Optimizer class, default="Adam"
        A name in ``torch.optim`` or such a class.

    lr : float, default=1e-3
        Learning rate at the start.

    lr_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lets the learning rate fall to zero over the steps of ``fit``. ``partial_fit``, whose end is not
        known, keeps it constant.

    max_epochs : int, default=30
        Passes over the training rows.

    batch_size : int, default=128
        Rows in a step; its pairs are all pairs among them. A trailing partial batch is left out, unless it is
        the only one.

    validation_fraction : float or None, default=None
        Share of the rows to hold out. Training then stops when their mAP as queries against the other rows no longer
        grows, and the weights of the best epoch are restored.

    n_iter_no_change : int, default=10
        Epochs without a better validation mAP after which training stops.

    loader : callable, default=None
        ``loader(item)`` gives the row of one item of X, a 1-D array of paths or row ids: rows are then read when their
        batch needs them. A torch Dataset for X, whose items are rows or tuples that begin with one, needs none.

    callbacks : list of skorch callbacks, default=None
        Called during training, as by any skorch net: instances, classes or (name, callback) pairs; copied first. There
        is a "valid_loss" to monitor only with `validation_fraction`, else "train_loss".

    device : "auto", str or torch.device, default="auto"
        Where to train; "auto" is the GPU where there is one.

    encoder_lr_scale : float, default=1.0
        Learning rate of the encoder over that of the hash layer: 0.1 for a pretrained encoder, as in the papers.

    random_state : int, RandomState instance or None, default=None
        Seeds initial weights, dropout, shuffling and the validation split. Torch's and numpy's global streams are
        neither used nor changed.

    verbose : int, default=0
        1 shows a progress bar, 2 a line per epoch.

    net_params : dict, default=None
        More parameters of the skorch net by their nested names, such as ``optimizer__weight_decay`` (1e-5 unless
        given), ``encoder__hidden``, ``iterator_train__drop_last`` or ``callbacks__<name>__<parameter>``. They can
        also be set one by one: ``set_params(optimizer__weight_decay=0)``, or from a parameter grid.
    """
)

_ATTRIBUTES = dedent(
    """\
    net_ : HashingNet
        The trained skorch net.

    n_bits_ : int
        Length of the codes.

    history_ : skorch History
        Per epoch: loss, duration%(history)s, what callbacks wrote; with a validation split
        ``valid_map`` too.

    n_iter_ : int
        Epochs trained.

    classes_ : ndarray or None
        The classes seen, the columns of a multi-label indicator, or None where y held no labels.

    n_features_in_ : int
        Number of features seen during fit, for images of channels; not there with a loader or Dataset.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, where X had string column names.
    """
)


def document(similarity='"share"', history=""):
    """Fill ``{shared parameters}`` and ``{attributes}`` in a class's docstring; of the former, those that it has."""

    def decorate(cls):
        own = signature(cls).parameters
        paragraphs = (_PARAMETERS % {"similarity": similarity}).split("\n\n")
        texts = {
            "{shared parameters}": "\n\n".join(text for text in paragraphs if text.partition(" :")[0] in own),
            "{attributes}": _ATTRIBUTES % {"history": history},
        }
        doc = cls.__doc__
        for placeholder, text in texts.items():
            doc = doc.replace(f"    {placeholder}\n", indent(text.rstrip("\n") + "\n", "    "))
        cls.__doc__ = doc
        return cls

    return decorate
