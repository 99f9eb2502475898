"""Images of neighbours, compared with a search by sorting in numpy."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from sklearn_hash.codes import pack_codes
from sklearn_hash.plotting import NeighborsDisplay


def random_images(n, *shape, seed=0):
    return np.random.default_rng(seed).random((n, *shape))


def assert_frames_show(display, relevant):
    """Assert that frames differ by relevance, and by nothing else, in colour and in line style."""
    for get in (lambda frame: to_hex(frame.get_edgecolor()), lambda frame: frame.get_linestyle()):
        (relevant_style,), (other_style,) = ({get(f) for f in display.frames_[mask]} for mask in (relevant, ~relevant))
        assert relevant_style != other_style


@pytest.mark.parametrize("packed", [False, True])
def test_draws_the_nearest_neighbours_of_the_queries(noisy, packed):
    query, y_query, database, y_database = noisy
    distances = (query[[3, 0, 9], None] != database).sum(axis=2)
    rows = np.argsort(distances, axis=1, kind="stable")[:, :4]
    relevant = y_database[rows] == y_query[[3, 0, 9], None]
    images, database_images = random_images(20, 5, 5), random_images(60, 5, 5, seed=1)
    codes = (pack_codes(query), pack_codes(database)) if packed else (query, database)
    display = NeighborsDisplay.from_codes(
        codes[0], y_query, codes[1], y_database, images=images, database_images=database_images,
        queries=[3, 0, 9], n_neighbors=4, packed=packed, n_bits=11,
    )  # fmt: skip
    for row, number in enumerate([3, 0, 9]):
        np.testing.assert_array_equal(display.images_[row, 0].get_array(), images[number])
        for column in range(4):
            drawn = display.images_[row, 1 + column].get_array()
            np.testing.assert_array_equal(drawn, database_images[rows[row, column]])
    np.testing.assert_array_equal(display.distances, np.take_along_axis(distances, rows, axis=1))
    np.testing.assert_array_equal(display.relevant, relevant)
    assert_frames_show(display, relevant)


def test_captions_show_distances_and_labels_of_irrelevant_neighbours():
    query, database = [[0, 0, 0]], [[0, 0, 1], [1, 1, 1]]
    display = NeighborsDisplay.from_codes(
        query, ["cat"], database, ["cat", "dog"], images=random_images(1, 2, 2), database_images=random_images(2, 2, 2),
        n_neighbors=2, name="animals",
    )  # fmt: skip
    texts = {text.get_text() for text in display.ax_.texts}
    assert {"cat", "d = 1", "d = 3\ndog"} <= texts
    assert display.ax_.get_title() == "animals"


def test_leave_one_out_finds_a_duplicate_but_not_the_query(noisy):
    codes, y, *_ = noisy
    codes = np.vstack([codes, codes[:1]])
    images = random_images(21, 4, 4)
    display = NeighborsDisplay.from_codes(codes, np.append(y, y[0]), images=images, n_neighbors=3)
    assert display.distances.shape == (5, 3)
    distances = (codes[:, None] != codes).sum(axis=2)
    np.fill_diagonal(distances, 99)
    for row in range(5):
        nearest = np.argsort(distances[row], kind="stable")[:3]
        np.testing.assert_array_equal(display.neighbor_images[row], images[nearest])
    np.testing.assert_array_equal(display.neighbor_images[0, 0], images[20])


def test_multilabel_neighbours_are_relevant_if_they_share_a_label():
    Y = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0], [0, 0, 1]])
    codes = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]])
    display = NeighborsDisplay.from_codes(codes, Y, images=random_images(4, 3, 3), queries=[0], n_neighbors=3)
    np.testing.assert_array_equal(display.relevant, [[True, True, False]])
    assert display.neighbor_labels is None
    assert_frames_show(display, display.relevant)


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ((6, 5, 3), (6, 5, 3)),
        ((3, 6, 5), (6, 5, 3)),
        ((6, 5, 4), (6, 5, 4)),
        ((6, 5, 1), (6, 5)),
        ((1, 6, 5), (6, 5)),
    ],
)
def test_images_may_have_channels_last_or_first(noisy, given, drawn):
    codes, y, *_ = noisy
    images = random_images(20, *given)
    display = NeighborsDisplay.from_codes(codes, y, images=images, queries=[7], n_neighbors=1)
    image = display.images_[0, 0].get_array()
    assert image.shape == drawn
    moved = images[7] if given[: len(drawn)] == drawn or given[-1] == 1 else np.moveaxis(images[7], 0, -1)
    np.testing.assert_array_equal(image, moved.reshape(drawn))


def test_images_keep_their_proportions(noisy):
    codes, y, *_ = noisy
    display = NeighborsDisplay.from_codes(codes, y, images=random_images(20, 6, 3), n_neighbors=2)
    for image, frame in zip(display.images_[:, 1:].ravel(), display.frames_.ravel(), strict=True):
        left, right, bottom, top = image.get_extent()
        assert (bottom - top) / (right - left) == pytest.approx(2)
        assert (frame.get_x(), frame.get_width()) == pytest.approx((left, right - left))
    assert display.ax_.get_aspect() == 1


@pytest.mark.parametrize("query", [0, 10, 19])
def test_grey_images_share_limits_that_image_kwargs_replace(noisy, query):
    codes, y, *_ = noisy
    images = random_images(20, 4, 4) + np.arange(20)[:, None, None]
    display = NeighborsDisplay.from_codes(codes, y, images=images, queries=[query], n_neighbors=19)
    assert {image.get_clim() for image in display.images_.ravel()} == {(images.min(), images.max())}
    _, ax = plt.subplots()
    display.plot(ax, image_kwargs={"vmax": 3, "cmap": "gray_r"})
    assert display.ax_ is ax
    assert {(image.get_clim()[1], image.get_cmap().name) for image in display.images_.ravel()} == {(3, "gray_r")}


def test_captions_neither_overlap_nor_leave_the_figure(noisy):
    codes, y, *_ = noisy
    names = np.array(["kitchen furniture", "small mammals", "trees"])[y]
    display = NeighborsDisplay.from_codes(
        codes, names, images=random_images(20, 4, 4), n_neighbors=6, name="long names"
    )
    display.figure_.canvas.draw()
    texts = [text for text in display.ax_.texts if text.get_text()]
    boxes = [text.get_window_extent() for text in [*texts, display.ax_.title]]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert display.figure_.bbox.contains(*box.min)
        assert display.figure_.bbox.contains(*box.max)


def test_images_of_an_estimator_are_by_default_its_rows(fitted):
    with pytest.raises(ValueError, match=r"images must have shape .*; got \(200, 64\). Reshape flat rows"):
        NeighborsDisplay.from_estimator(*fitted)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": random_images(19, 4, 4)}, "images must have an image for each of the 20 codes; got 19"),
        ({"images": random_images(20, 5, 5, 2)}, "1, 3 or 4 channels last or first"),
        ({"database_codes": np.eye(11), "y_database": range(11)}, "database_images must have shape"),
        ({"queries": [20]}, r"queries must be row numbers from 0 to 19; got \[20\]"),
        ({"queries": [-1]}, "queries must be row numbers"),
        ({"queries": [0.5]}, "queries must be row numbers"),
        ({"queries": []}, "queries must be row numbers"),
        ({"n_neighbors": 20}, "n_neighbors = 20"),
    ],
)
def test_refuses_inconsistent_images_queries_and_n_neighbors(noisy, change, message):
    codes, y, *_ = noisy
    with pytest.raises(ValueError, match=message):
        NeighborsDisplay.from_codes(codes, y, **{"images": random_images(20, 4, 4), **change})
