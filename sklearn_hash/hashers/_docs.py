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
        units with ReLU and dropout, "cnn" a small residual network; "auto" takes "cnn" for images and "mlp" otherwise.
        These three learn the mean of the training rows and one global deviation. A module gets the rows as float32 and
        gives (n, n_features); an instance is copied, never trained in place, and one of which no weight requires a
        gradient is frozen: it stays in evaluation mode.

    hash_layer : {"linear", "batch_norm"}, default="linear"
        What gives the n_bits outputs. "batch_norm" normalises those of a linear layer by the batch in training, and by
        an average over its last batches afterwards, which keeps every bit in use.

    similarity : {"share", "jaccard", "cosine", "precomputed"}, matrix or callable, default=%(similarity)s
        What makes two rows similar. "share": they have a label in common. "jaccard" and "cosine" grade label sets by
        their overlap, which is "share" where every row has one label. "precomputed": y is the (n, n) similarity
        matrix, in [0, 1] with NaN for unknown pairs. With a dense or sparse matrix, or a callable
        ``similarity(ids, others)``, y holds row ids of it, so that cross-validation can slice it.

    absent : {"dissimilar", "unknown"}, default="dissimilar"
        What pairs are that a sparse similarity matrix does not store. An explicit 0 is dissimilar either way.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    optimizer : str or torch.optim.Optimizer class, default="Adam"
        A name in ``torch.optim`` or such a class.

    lr : float, default=%(lr)g
        Learning rate at the start.

    lr_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lets the learning rate fall to zero over the steps of ``fit``. ``partial_fit``, whose end is not
        known, keeps it constant.

    max_epochs : int, default=30
        Passes over the training rows.

    batch_size : int, default=128
        Rows in a step; its pairs are all pairs among them. A trailing partial batch is left out, unless it is
        the only one.

    sampler : {"shuffle", "balanced"}, default="shuffle"
        How rows come into batches. "balanced" brings similar rows together, a few at a time, where a plain shuffle of
        many classes leaves most batches without a similar pair; every epoch still visits every row once.

    memory : int, default=0
        Past batches of the epoch with whose rows a batch's rows also make pairs, their outputs being those of the time.
        More pairs a step cost time, and change what the quantization loss averages: constants of the past as well.

    validation_fraction : float or None, default=None
        Share of the rows to hold out. Training then stops when their
        %(criterion)s, and the weights of the best epoch are restored.

    n_iter_no_change : int, default=10
        Epochs without a better %(score)s after which training stops.

    loader : callable, default=None
        ``loader(item)`` gives the row of one item of X, a 1-D array of paths or row ids: rows are then read when their
        batch needs them. A torch Dataset for X, whose items are rows or tuples that begin with one, needs none. With
        ``iterator_train__num_workers`` and ``iterator_valid__num_workers`` in `net_params` other processes read ahead.

    channels : {"auto", "first", "last"}, default="auto"
        Where images have their channels: (n, channels, height, width) or (n, height, width, channels). "auto" tells by
        their number, 1, 3 or 4 and fewer than rows and columns.

    normalize : {"auto", "unit", "imagenet"}, (mean, std) or None, default="auto"
        What happens to a batch on the device before the encoder. "unit" scales bytes to [0, 1]; (mean, std), numbers or
        one for each channel, then subtracts and divides, "imagenet" by what most pretrained encoders were trained
        with. Rows of other types must lie in [0, 1] already. "auto" leaves it to the named encoders to standardise, and
        a module gets the values as they are, as with None.

    augment : callable, default=None
        What happens to a training batch on the device before `normalize`: ``augment(x)`` gives as many rows, such as
        :class:`~sklearn_hash.training.RandomCrop` and :class:`~sklearn_hash.training.RandomFlip`, in a
        ``torch.nn.Sequential`` where there are several. A module is copied.

    callbacks : list of skorch callbacks, default=None
        Called during training, as by any skorch net: instances, classes or (name, callback) pairs; copied first. There
        is a "valid_loss" to monitor only with `validation_fraction`, else "train_loss".

    device : "auto", str or torch.device, default="auto"
        Where to train; "auto" is the GPU where there is one.

    precision : {"auto", "float32", "bfloat16"}, default="auto"
        What the encoder computes in during training; "auto" is bfloat16 on a CUDA device that has it, else float32.
        The hash layer, the loss and all encoding are float32 always.

    encoder_lr_scale : float, default=1.0
        Learning rate of the encoder over that of the hash layer: 0.1 for a pretrained encoder, as in the papers; 0
        freezes it, with the statistics of its normalisation layers.

    random_state : int, RandomState instance or None, default=None
        Seeds initial weights, dropout, shuffling and the validation split. Torch's and numpy's global streams are
        neither used nor changed.

    verbose : int, default=0
        1 shows a progress bar, 2 a line per epoch. Either shows one where codes are made block by block.

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
        ``%(column)s`` too.

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

# What validation rows are scored by.
_BY_MAP = {
    "criterion": "mAP as queries against the other rows no longer grows",
    "score": "validation mAP",
    "column": "valid_map",
}
_BY_LOSS = {"criterion": "loss no longer falls", "score": "validation loss", "column": "valid_loss"}


def document(similarity='"share"', history=""):
    """Fill ``{shared parameters}`` and ``{attributes}`` in a class's docstring; of the former, those that it has."""

    def decorate(cls):
        own = signature(cls).parameters
        validation = _BY_MAP if "sampler" in own else _BY_LOSS
        values = {"similarity": similarity, "lr": own["lr"].default, "history": history, **validation}
        paragraphs = (_PARAMETERS % values).split("\n\n")
        texts = {
            "{shared parameters}": "\n\n".join(text for text in paragraphs if text.partition(" :")[0] in own),
            "{attributes}": _ATTRIBUTES % values,
        }
        doc = cls.__doc__
        for placeholder, text in texts.items():
            doc = doc.replace(f"    {placeholder}\n", indent(text.rstrip("\n") + "\n", "    "))
        cls.__doc__ = doc
        return cls

    return decorate
