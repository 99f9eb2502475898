"""Order of the gallery: from the first steps to larger data, as in the user guide."""

ORDER = (
    "plot_quick_start",
    "plot_code_length",
    "plot_compare_methods",
    "plot_hard_pairs",
    "plot_continuation",
    "plot_multilabel",
    "plot_backbone",
    "plot_text",
    "plot_reranking",
    "plot_radius_search",
    "plot_precomputed_graph",
    "plot_near_duplicate_images",
    "plot_larger_than_memory",
    "plot_save_and_serve",
)


def order(filename):
    """Position of an example; those that are not listed come last."""
    name = filename.removesuffix(".py")
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
