"""Training before jobs shared the cores and short steps ran in compiled loops.

LeNet-5 was to be 2.5 times as fast. Its first job runs alone up to its first epoch, because nothing is known of
its memory where nothing is recorded, and the 15 views of the test part are not trained on.

On Emo-DB the aim was 2. A profile shows that 6.7 of the 8.6 s of a job are the compiled steps themselves, so that
a loop around them saves little, and most of the gain comes from two jobs at once.
"""

from benchmarks.speed.versions import Versions

TWICE = ("--seeds", "2")
LENET = ("lecun1998", "--row", "LeNet-5 [no distortions]", "--column", "none", "--epochs", "6", *TWICE)
ZIP_CODES = ("lecun1989", "--row", "network", "--column", "test", *TWICE)
SENTENCES = ("kim2014", "--table", "2", "--row", "CNN-rand", "--column", "TREC", *TWICE)
SPEECH = ("neumann_vu2017", "--table", "Emo-DB", "--row", "MFCC (13), max-pooling", *TWICE)
TASK = Versions(
    before="ef6748a",
    runs={
        "LeNet-5, two seeds, 6 of 20 epochs, 15 views of the test part": LENET,
        "the zip-code network of 1989, two seeds": ZIP_CODES,
        "CNN-rand on TREC, two seeds": SENTENCES,
        "attentive CNN with MFCC on Emo-DB, two seeds of five folds": SPEECH,
    },
)
