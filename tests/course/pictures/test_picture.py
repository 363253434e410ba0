import base64
import io
import subprocess
import sys

import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from longtail_course.pictures import Picture, lorenz_curve


@pytest.fixture
def picture():
    picture = Picture(figsize=(3, 2), alt_text='Two points, 1 & 2, "rising" <fast>.')
    picture.subplots().plot([1, 2], [1, 2], "o-")
    return picture


def test_it_is_a_matplotlib_figure(picture, tmp_path):
    assert isinstance(picture, Figure)
    picture.savefig(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").stat().st_size > 1000


def test_all_three_forms_carry_the_alt_text(picture):
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == 'Picture: Two points, 1 & 2, "rising" <fast>.'
    assert 'alt="Two points, 1 &amp; 2, &quot;rising&quot; &lt;fast&gt;."' in data["text/html"]
    assert metadata["image/png"]["alt"] == picture.alt_text
    assert data["image/png"] in data["text/html"]


def test_the_png_is_small_and_of_the_stated_size(picture):
    image = Image.open(io.BytesIO(picture.png()))
    assert image.format == "PNG"
    assert image.mode == "P"
    assert image.size == (330, 220)
    # A line was drawn: the picture is not blank.
    assert len(image.convert("RGB").getcolors(10_000)) > 10


def test_two_pictures_of_the_same_data_have_the_same_bytes():
    first, second = (lorenz_curve([20, 2, 1, 1]).png() for _ in range(2))
    assert first == second


def test_a_changed_picture_is_drawn_anew(picture):
    before = picture.png()
    picture.axes[0].set_title("Changed")
    picture.alt_text = "Another."
    assert picture.png() != before
    assert repr(picture) == "Picture: Another."


def test_the_rest_of_the_library_does_not_import_matplotlib():
    code = (
        "import sys, longtail_lib.evaluation, longtail_lib.models, longtail_course.checks; "
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_picture_s_own_module_does_not_hide_it():
    code = (
        "import longtail_course.pictures.lorenz_curve; from longtail_course import pictures; "
        "print(callable(pictures.lorenz_curve))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.slow
def test_a_notebook_shows_it_once_and_its_page_has_the_alt_text():
    source = (
        "%matplotlib inline\n"
        "from longtail_course import pictures\n"
        "pictures.lorenz_curve([20, 2, 1, 1], top=0.25)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "execute_result"
    assert output.data["text/plain"].startswith("Picture: Lorenz curve of popularity. Gini 0.604")
    assert output.metadata["image/png"]["alt"].endswith("the top 25% of items hold 83.3%.")
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert page.count("the top 25% of items hold 83.3%.") >= 1
    assert '<img alt="Lorenz curve of popularity. Gini 0.604' in page
