import subprocess
import sys


def run(code, **environment):
    import os

    env = {**os.environ, **environment}
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    env.pop("TF_ENABLE_ONEDNN_OPTS", None)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False
    )


def test_keras_comes_up_without_a_word():
    done = run(
        "from longtail_course.article import build_model, train_model\n"
        "import numpy as np\n"
        "for seed in range(7):\n"
        "    x = np.random.default_rng(seed).random((2, 40, 5))\n"
        "    train_model(build_model(seed=seed), x, np.ones(40), epochs=1, seed=seed)\n"
        "import keras; print(keras.backend.backend())"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "tensorflow\n"
    assert done.stderr == ""


def test_a_failed_import_says_what_to_install_and_shows_what_was_held_back():
    done = run(
        "import sys, os\n"
        "sys.modules['keras'] = None\n"
        "from longtail_lib.models import import_keras\n"
        "import_keras()"
    )
    assert done.returncode == 1
    assert "needs Keras and TensorFlow" in done.stderr
    assert "longtail-lib[keras]" in done.stderr


def test_reading_a_formula_does_not_load_tensorflow():
    done = run(
        "import sys\n"
        "from longtail_course.article import worked_example, build_model, printed_gradients\n"
        "worked_example()\n"
        "print([name for name in ('keras', 'tensorflow', 'polars') if name in sys.modules])"
    )
    assert done.stdout == "[]\n", done.stderr
