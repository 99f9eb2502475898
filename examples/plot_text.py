"""
=============
Search texts
=============

Hashers accept sparse rows, such as tf-idf vectors of texts, and never make a dense copy of all rows. The texts of this
example are synthetic notes of a help desk, composed of words from phrases.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_hash import DualHingeHasher, HammingNeighbors, LSHHasher
from sklearn_hash.metrics import mean_average_precision

# %%
# Notes
# -----
# Each note has one word from each of two phrases of its topic, and six words that do not depend on the topic. Some
# words occur in several topics.

TOPICS = {
    "login": ["password reset", "cannot sign in", "account locked", "two factor code", "session expired"],
    "billing": ["charged twice", "refund the order", "invoice is wrong", "card declined", "change the plan"],
    "network": ["connection drops", "slow download", "router restarts", "no signal", "vpn times out"],
    "printer": ["paper jam", "toner is empty", "prints blank pages", "driver missing", "scanner offline"],
    "screen": ["monitor flickers", "black screen", "wrong resolution", "cursor frozen", "colours too dark"],
    "mail": ["attachment too large", "inbox is full", "message bounced", "spam filter", "signature missing"],
}
FILLER = [
    "since",
    "monday",
    "again",
    "please",
    "help",
    "urgent",
    "today",
    "after",
    "the",
    "update",
    "on",
    "my",
    "laptop",
]
rng = np.random.default_rng(0)


def write_note(topic):
    """Compose a note of a topic."""
    phrases = rng.choice(TOPICS[topic], 2, replace=False)
    words = [*(rng.choice(phrase.split()) for phrase in phrases), *rng.choice(FILLER, 6, replace=False)]
    return " ".join(rng.permutation(words))


topics = rng.choice(list(TOPICS), 1200)
notes = np.array([write_note(topic) for topic in topics])
train = train_test_split(notes, topics, test_size=200, random_state=0)
notes_database, notes_query, topics_database, topics_query = train
print(f'{topics_query[0]}: "{notes_query[0]}"')

# %%
# From texts to neighbours in one pipeline
# ----------------------------------------
# The vectorizer, the hasher and the search are steps of one estimator.

pipeline = make_pipeline(
    TfidfVectorizer(), DualHingeHasher(16, max_epochs=10, random_state=0), HammingNeighbors(n_neighbors=3)
)
pipeline.fit(notes_database, topics_database)
distances, rows = pipeline[-1].kneighbors(
    pipeline[:-1].transform(["the screen on my laptop is black since the update"])
)
for distance, row in zip(distances[0], rows[0], strict=True):
    print(f"{distance} bits: {topics_database[row]}: {notes_database[row]}")

# %%
# What labels are worth
# ---------------------
# Two notes of the same topic may have no word in common. Random hyperplanes, which use no labels, only reflect which
# words two notes share.

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
lengths = [8, 16, 32, 64]
for method, marker in ((DualHingeHasher, "o"), (LSHHasher, "s")):
    scores, params = [], {"max_epochs": 10} if method is DualHingeHasher else {}
    for n_bits in lengths:
        encoder = make_pipeline(TfidfVectorizer(), method(n_bits, random_state=0, **params))
        encoder.fit(notes_database, topics_database)
        codes = encoder.transform(notes_query), topics_query, encoder.transform(notes_database), topics_database
        scores.append(mean_average_precision(*codes))
    ax.plot(lengths, scores, marker=marker, label=method.__name__)
    print(
        f"{method.__name__:16}", " ".join(f"{n_bits} bits {s:.3f}" for n_bits, s in zip(lengths, scores, strict=True))
    )
ax.set(xscale="log", xlabel="Code length (bits)", ylabel="mAP of 200 notes", ylim=(0, 1.05))
ax.set_xticks(lengths, lengths)
ax.minorticks_off()
ax.legend()
plt.show()
