"""Learn codes, search them, and let a grid search choose their length.

python examples/quickstart.py
"""

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_hash import DualHingeHasher, HammingNeighbors

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

hasher = DualHingeHasher(n_bits=32, random_state=0).fit(X_train, y_train)
search = HammingNeighbors(n_neighbors=5).fit(hasher.transform(X_train), y_train)
distances, rows = search.kneighbors(hasher.transform(X_test[:3]))
print("labels of the queries:        ", y_test[:3])
print("labels of their neighbours:   ", *y_train[rows])
print(f"mAP of queries against train:  {search.score(hasher.transform(X_test), y_test):.3f}")

pipeline = make_pipeline(DualHingeHasher(random_state=0), HammingNeighbors())
grid = GridSearchCV(pipeline, {"dualhingehasher__n_bits": [4, 8, 16, 32]}, cv=3).fit(X_train, y_train)
for params, score in zip(grid.cv_results_["params"], grid.cv_results_["mean_test_score"], strict=True):
    print(f"{params['dualhingehasher__n_bits']:3d} bits: validation mAP {score:.3f}")
