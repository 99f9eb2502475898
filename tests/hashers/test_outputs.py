"""What transform returns: one code, written four ways."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sklearn_hash import DHNHasher
from sklearn_hash.codes import unpack_codes


@pytest.fixture(scope="module", params=[8, 12])
def hasher(request, digits):
    return DHNHasher(n_bits=request.param, max_epochs=2, random_state=0).fit(*digits)


def test_every_output_says_the_same_code(hasher, digits):
    X, _ = digits
    z = hasher.decision_function(X)
    bits, signs, packed, continuous = (
        hasher.set_params(output=output).transform(X) for output in ("bits", "signs", "packed", "continuous")
    )
    assert [codes.dtype for codes in (bits, signs, packed, continuous)] == [np.uint8, np.int8, np.uint8, np.float32]
    np.testing.assert_array_equal(bits, (z > 0).astype(int))
    np.testing.assert_array_equal(signs, np.where(z > 0, 1, -1))
    assert packed.shape == (len(X), -(-hasher.n_bits // 8))
    np.testing.assert_array_equal(np.unpackbits(packed, axis=1)[:, : hasher.n_bits], bits)
    np.testing.assert_array_equal(unpack_codes(packed, hasher.n_bits), bits)
    np.testing.assert_array_equal(continuous, z)


def test_unused_bits_of_the_last_byte_are_zero(digits):
    packed = DHNHasher(n_bits=3, output="packed", max_epochs=1, random_state=0).fit_transform(*digits)
    assert packed.shape == (400, 1)
    assert not (packed & 0b00011111).any()
    assert packed.any()


@pytest.mark.parametrize(("output", "n_columns"), [("bits", 12), ("signs", 12), ("packed", 2), ("continuous", 12)])
def test_feature_names_count_the_columns(digits, output, n_columns):
    X, y = digits
    hasher = DHNHasher(n_bits=12, output=output, max_epochs=1)
    with pytest.raises(NotFittedError):
        hasher.get_feature_names_out()
    frame = hasher.set_output(transform="pandas").fit(X, y).transform(X)
    expected = [f"dhnhasher{i}" for i in range(n_columns)]
    assert list(hasher.get_feature_names_out()) == list(frame.columns) == expected
    # Names describe the codes of the trained net, not of the next one.
    assert hasher.set_params(n_bits=5).transform(X).shape == (400, n_columns)


def test_code_of_a_row_does_not_depend_on_its_neighbours(digits):
    X, y = digits
    hasher = DHNHasher(n_bits=8, max_epochs=1, random_state=0).fit(X, y)
    together = hasher.transform(X)
    alone = np.concatenate([hasher.transform(row[None]) for row in X[:20]])
    np.testing.assert_array_equal(alone, together[:20])


def test_a_bit_is_set_only_above_zero(digits):
    X, y = digits
    hasher = DHNHasher(n_bits=4, encoder="linear", max_epochs=1, random_state=0).fit(X, y)
    layer = hasher.net_.module_.hash_layer
    layer.weight.data.zero_()
    layer.bias.data.zero_()
    np.testing.assert_array_equal(hasher.transform(X), 0)
    np.testing.assert_array_equal(hasher.set_params(output="signs").transform(X), -1)
    np.testing.assert_array_equal(hasher.set_params(output="packed").transform(X), 0)


def test_transform_before_fit_says_so(digits):
    for method in ("transform", "decision_function"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(DHNHasher(), method)(digits[0])
