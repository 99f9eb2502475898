"""The hasher or searcher at the end of a pipeline."""

from sklearn.pipeline import Pipeline

__all__ = ["last_step"]


def last_step(estimator):
    """Return the last step of a pipeline, or the estimator itself if it is not a pipeline.

    Parameters
    ----------
    estimator : object

    Returns
    -------
    last : object
    """
    return estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
