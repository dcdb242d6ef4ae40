"""What records keep of the rays to a keypoint's patch comes back as it was, and weighs the same."""

import numpy as np
import pytest

from blender_addon.core.visibility import PERSON, POINTS, SEEN, SELF, THING, pack_answers, unpack_answers, weigh


def test_answers_survive_their_text():
    answers = np.random.default_rng(0).integers(0, 4, (23, POINTS), np.uint8)
    text = pack_answers(answers)
    assert len(text) == 23 * POINTS // 2
    np.testing.assert_array_equal(unpack_answers(text, 23), answers)


@pytest.mark.parametrize("text", ["", "0" * (POINTS // 2 - 1), "g" * (POINTS // 2), "0" * POINTS])
def test_text_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match="hexadecimal"):
        unpack_answers(text, 1)


def test_the_commonest_answer_is_the_cause():
    rows = [[SEEN] * 4, [SEEN, THING, THING, SELF], [PERSON, PERSON, SELF, THING], [SELF] * 4]
    fraction, cause = weigh(np.array(rows, np.uint8))
    assert fraction.tolist() == [1.0, 0.25, 0.0, 0.0]
    assert cause == [None, "object", "person", "self"]
