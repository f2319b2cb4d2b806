"""Every Python fence of every page runs, none is skipped, and the runner can fail."""
import contextlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import fences, nav, pages, sandbox

PAGES = pages.paths()
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def audit(page, root=pages.ROOT):
    return list(fences.problems(page, [block.code for block in pages.python_blocks(page, root)], root))


def test_the_pages_are_those_of_the_navigation_and_the_readme():
    chapters = [file for file in nav.pages() if file.endswith(".md")]
    assert {*PAGES} == {pages.ROOT / "README.md", *(pages.ROOT / "docs" / file for file in chapters)}


@each_page
def test_pytest_runs_exactly_the_python_that_the_reader_sees(page):
    assert audit(page) == []


def test_plain_pytest_collects_every_python_fence_of_every_page(request):
    paths = [path for path in request.config.getini("testpaths") if path != "tests"]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *paths]
    listing = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True).stdout
    collected = Counter(re.findall(r"^(.+\.md)::", listing, re.MULTILINE))
    seen = {page.relative_to(pages.ROOT).as_posix(): fences.shown(page) for page in PAGES}
    fenced = {name: sum(isinstance(item, fences.Fence) and item.language == "python" for item in items)
              - items.count(fences.Comment(fences.CONTINUED)) for name, items in seen.items()}
    assert collected == Counter(fenced) and collected.total() > 0


GOOD = {
    "plain": "```python\nx = 1\n```",
    "attributes": '```python title="a.py" hl_lines="1" linenums="1"\nx = 1\n```',
    "tab": '=== "One"\n\n    ```python\n    if True:\n        x = 1\n    ```\n\n'
           '=== "Two"\n\n    ```python\n    y = 1\n    ```',
    "details": '??? example "All"\n\n    !!! note\n\n        ```python\n        x = 1\n        ```',
    "list": "- a\n\n    ```python\n    x = 1\n    ```",
    "block tab": "/// tab | One\n\n```python\nx = 1\n```\n\n///",
    "output": "```python\nprint(1)\n```\n\n<!--pytest-codeblocks:expected-output-->\n\n```text\n1\n```",
    "continued": "```python\nx = 1\n```\n\nThen:\n\n<!--pytest-codeblocks:cont-->\n\n```python\nprint(x)\n```",
    "fence in fence": "````markdown\n```python\nx = 1\n```\n<!--pytest.mark.skip-->\n````",
    "whole file": '```python title="snippets/a.py"\n--8<-- "snippets/a.py"\n```',
    "lines of a file": '```python\n--8<-- "snippets/a.py:3:3"\n```',
    "console": "```console\n$ make test\n```",
    "front matter": "---\ntitle: x\n---\n\n```python\nx = '<b>&amp;</b>'\n```",
}
BAD = {
    "py": ("```py\nx = 1\n```", "write ```python"),
    "braces": ("```{.py}\nx = 1\n```", "write ```python"),
    "session": ("```pycon\n>>> x = 1\n```", "write ```python"),
    "shell": ("```sh\npip install keras\n```", "write ```console"),
    "bash": ("```bash\nmake\n```", "write ```console"),
    "tildes": ("~~~python\nx = 1\n~~~", "the page shows 1 python fences and pytest runs 0"),
    "quoted": ("> ```python\n> x = 1\n> ```", "the page shows 1 python fences and pytest runs 0"),
    "indented": ("Text:\n\n    ```python\n    x = 1\n    ```", "the page shows 0 python fences and pytest runs 1"),
    "hidden": ("<!--\n```python\nx = 1\n```\n-->", "the page shows 0 python fences and pytest runs 1"),
    "skip": ("<!--pytest.mark.skip-->\n\n```python\nx = 1\n```", "every block runs"),
    "skipif": ("<!-- pytest.mark.skipif(True, reason='') -->\n\n```python\nx = 1\n```", "every block runs"),
    "xfail": ("<!--pytest.mark.xfail-->\n\n```python\nx = 1\n```", "every block runs"),
    "importorskip": ("<!--pytest-codeblocks:importorskip(torch)-->\n\n```python\nx = 1\n```", "every block runs"),
    "cont after text": ("```python\nx = 1\n```\n\n```text\nx\n```\n\n<!--pytest-codeblocks:cont-->\n\n"
                        "```python\ny = 1\n```", "the reader sees 'y = 1' where pytest runs None"),
    "output of nothing": ("```python\nx = 1\n```\n\n<!--pytest-codeblocks:expected-output-->\n\nProse.",
                          "the next fence must be ```text"),
    "output of text": ("```text\nx\n```\n\n<!--pytest-codeblocks:expected-output-->\n\n```text\nx\n```",
                       "it must follow a python fence"),
    "placeholder": ('```python\nx = "(= a.b =)"\n```', "placeholder"),
    "pasted file": ('```python title="snippets/a.py"\nx = 1\n```', "include the file of the title"),
    "wrong file": ('```python title="snippets/b.py"\n--8<-- "snippets/a.py"\n```', "which does not exist"),
    "file and more": ('```python title="snippets/a.py"\n--8<-- "snippets/a.py"\ny = 1\n```', "whole and nothing else"),
}


LINK = "[Download offered.py](generated/snippets/offered.py){ .download download }\n"


@pytest.fixture
def page(tmp_path):
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "a.py").write_text('"""A file."""\n\nx = 1\n')
    return tmp_path / "page.md"


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_the_audit_accepts(page, text):
    page.write_text(f"# Page\n\n{text}\n" if not text.startswith("---") else text)
    assert audit(page, page.parent) == []


@pytest.mark.parametrize("text, problem", BAD.values(), ids=BAD)
def test_the_audit_rejects(page, text, problem):
    page.write_text(f"# Page\n\n{text}\n")
    assert problem in "\n".join(audit(page, page.parent))


@pytest.mark.parametrize("text", ["<!--pytest-codeblocks:skipfile-->\n", "--8<--\nsnippets/a.py\n--8<--\n"])
def test_a_page_cannot_leave_the_tests_or_include_in_a_form_they_cannot_read(page, text):
    page.write_text(text)
    with pytest.raises(RuntimeError):
        pages.python_blocks(page, page.parent)


def test_beside_a_block_lie_the_files_offered_above_it_and_beside_a_titled_block_none(page):
    block, titled = "```python\nx = 1\n```\n", '```python title="snippets/a.py"\n--8<-- "snippets/a.py"\n```\n'
    page.write_text("\n".join([block, titled, LINK, block, titled]))
    offered = page.parent / "snippets" / "offered.py"
    assert [block.beside for block in pages.python_blocks(page, page.parent)] == [[], [], [offered], []]


def test_of_two_files_of_one_name_the_one_of_the_blocks_framework_lies_beside_it(page):
    links = [f"[Download](generated/snippets/{name}){{ .download download }}\n" for name in ("a.py", "torch/a.py")]
    blocks = [f"```python\nimport {name}\n```\n" for name in ("keras", "torch")]
    page.write_text("\n".join(links + blocks))
    own = [page.parent / "snippets" / name for name in ("a.py", "torch/a.py")]
    assert [block.beside for block in pages.python_blocks(page, page.parent)] == [[own[0]], [own[1]]]


@pytest.mark.parametrize("load", ["keras.datasets.mnist.load_data()", "keras.datasets.fashion_mnist.load_data()",
                                  'keras.utils.get_file("mnist.npz")', 'fetch_openml("MNIST_784")'])
def test_what_reads_mnist_is_known_by_the_name_in_the_block_or_in_a_file_beside_it(page, load):
    (page.parent / "snippets" / "offered.py").write_text(f"data = {load}\n")
    blocks = ["```python\nx = 1\n```\n", f"```python\ny = {load}\n```\n", LINK, "```python\nimport offered\n```\n"]
    page.write_text("\n".join(blocks))
    assert [pages.names_mnist(block) for block in pages.python_blocks(page, page.parent)] == [False, True, True]


def test_the_book_has_blocks_that_read_mnist_and_others():
    named = Counter(pages.names_mnist(block) for page in PAGES for block in pages.python_blocks(page))
    assert named[True] >= 20 and named[False] >= 200


def test_a_block_leaves_pytest_its_main_module():
    before = sys.modules["__main__"]
    assert sandbox.run([pages.Row("print(__name__)", Path("page.md"), 1)]) == "__main__\n"
    assert sys.modules["__main__"] is before


# One run of pytest over a folder of pages; each page is a case, named by what its blocks do.
PASS = {
    "main_guard_runs": "if __name__ == '__main__':\n    print('ran')\n---\nran",
    "source_is_found": "import inspect\ndef f():\n    return 'me'\nclass C:\n    y = 2\n"
                       "assert 'me' in inspect.getsource(f)\nassert 'y = 2' in inspect.getsource(C)",
    "autograph_reads_the_block": "import tensorflow as tf\n@tf.function\ndef f(x):\n    if x > 0:\n        return x\n"
                                 "    return -x\nassert f(tf.constant(-2)) == 2",
    "pickle_finds_main": "import pickle\nclass C:\n    pass\nassert type(pickle.loads(pickle.dumps(C()))) is C",
    "event_loop_runs": "import asyncio\nasyncio.run(asyncio.sleep(0))",
    "exit_zero_is_success": "import sys\nsys.exit(0)",
    "mnist_is_in_place": "import keras\n(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
                         "assert x.shape == (1500, 28, 28) and x_test.shape == (297, 28, 28) and x.dtype == 'uint8'\n"
                         "assert y.shape == (1500,) and set(y) == set(range(10)) and x.min() == 0 and x.max() == 255\n"
                         "assert not x[:, :4].any() and not x[:, :, 24:].any()",
    "a_included": "@a.py",
    "download_1": f"{LINK}+++\nimport keras, offered, os, sys\nassert sys.path[0] == os.getcwd()\n"
                  "assert offered.x == 1\noffered.x = 2\nopen('offered.py', 'w').write('x = 3')\n"
                  "keras.saving.register_keras_serializable('leak')(type('Leak', (keras.Layer,), {}))",
    "download_2": f"{LINK}+++\nimport keras, sys\nassert 'offered' not in sys.modules\nfrom offered import x\n"
                  "assert x == 1 and 'leak>Leak' not in keras.saving.get_custom_objects()",
    "leak_1": "import keras, matplotlib, os, random, sys, numpy as np\n"
              "leak = 1\nos.environ['LEAK'] = '1'\nopen('leak.txt', 'w').close()\nos.chdir('/')\nsys.argv.append('leak')\n"
              "np.set_printoptions(precision=1)\nmatplotlib.rcParams['lines.linewidth'] = 77\n"
              "import matplotlib.pyplot as plt\nplt.figure()\nkeras.layers.Dense(1)\nkeras.config.set_floatx('float64')\n"
              "keras.utils.set_random_seed(0)\nsys.modules['__main__'].leak = 1",
    "leak_2": "import keras, matplotlib, os, random, sys, numpy as np, matplotlib.pyplot as plt, tensorflow as tf\n"
              "def draw():\n    return random.random(), np.random.rand(), float(keras.random.normal(())), "
              "float(tf.random.normal(()))\n"
              "assert keras.layers.Dense(1).name == 'dense' and keras.config.floatx() == 'float32'\n"
              "first = draw()\nkeras.utils.set_random_seed(0)\nassert not set(first) & set(draw())\n"
              "assert 'leak' not in globals() and 'LEAK' not in os.environ and not os.listdir('.')\n"
              "assert 'leak' not in sys.argv and np.get_printoptions()['precision'] == 8\n"
              "assert matplotlib.rcParams['lines.linewidth'] != 77 and not plt.get_fignums()\n"
              "assert not hasattr(sys.modules['__main__'], 'leak')\nkeras.utils.set_random_seed(0)",
    "leak_3": "import random\nimport numpy as np\nfirst = {random.random(), np.random.rand()}\nrandom.seed(0)\n"
              "np.random.seed(0)\nassert not first & {random.random(), np.random.rand()}",
}
FAIL = {
    "error_names_page_and_line": ("x = 1\n\nraise ValueError('broken')", 'File "error_names_page_and_line.md", line 6'),
    "syntax_error": ("x = 1\nx = = 2", 'File "syntax_error.md", line 5'),
    "exit_one": ("import sys\nsys.exit('gave up')", "gave up"),
    "wrong_output": ("print(1)\n---\n2", "- 2"),
    "error_in_included_file": ("@broken.py", 'File "broken.py", line 2'),
    "marks_have_no_effect": ("<!--pytest.mark.skip-->\n+++\n1 / 0", "ZeroDivisionError"),
    "not_downloaded": ("import offered", "No module named 'offered'"),
    "of_the_repository": ("import evidence", "No module named 'evidence'"),
    "tool_of_the_repository": ("import snippets.tools.audit", "No module named 'snippets'"),
    "network": ("import urllib.request\nurllib.request.urlopen('http://example.com')", "blocks run offline"),
    "socket": ("import socket\nsocket.socket().connect(('127.0.0.1', 9))", "blocks run offline"),
    "datagram": ("import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))", "blocks run offline"),
    "look_up": ("import socket\nsocket.gethostbyname('example.com')", "blocks run offline"),
}


def as_page(code):
    above, _, code = code.rpartition("+++\n")
    code, _, output = code.partition("\n---\n")
    body = f'--8<-- "{code[1:]}"' if code.startswith("@") else code
    title = "" if LINK in above else 'title="some title" '
    text = f'```python {title}hl_lines="1"\n{body}\n```\n'
    if output:
        text += f"\n<!--pytest-codeblocks:expected-output-->\n\n```text\n{output}\n```\n"
    return f"# Page\n\n{above}{text}"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --codeblocks -p tests.codeblocks\npythonpath = {pages.ROOT}\n")
    (folder / "a.py").write_text('"""A file."""\nimport inspect\n\n\ndef f():\n    return 1\n\n\n'
                                 'assert "return 1" in inspect.getsource(f)\n')
    (folder / "snippets").mkdir()
    (folder / "snippets" / "offered.py").write_text("x = 1\n")
    (folder / "broken.py").write_text('"""A file."""\nraise ValueError\n')
    (folder / "docs" / "generated").mkdir(parents=True)
    (folder / "docs" / "generated" / "part.md").write_text("```python\n1 / 0\n```\n")
    for name, code in [*PASS.items(), *((name, code) for name, (code, _) in FAIL.items())]:
        (folder / f"{name}.md").write_text(as_page(code))
    with contextlib.chdir(folder):  # in this process, since TensorFlow takes seconds to import
        assert pytest.main(["--junitxml=report.xml", "-q"]) == 1
    return {Path(case.get("file") or case.get("classname")).stem: "".join(failure.text for failure in case.iter("failure"))
            for case in ElementTree.parse(folder / "report.xml").iter("testcase")}


@pytest.mark.parametrize("name", PASS)
def test_a_block_passes(name, outcomes):
    assert outcomes[name] == ""


@pytest.mark.parametrize("name", FAIL)
def test_a_block_fails_and_says_where(name, outcomes):
    assert FAIL[name][1] in outcomes[name]
    assert re.search(rf"{name}.md:[34]: ", outcomes[name])


def test_parts_of_pages_are_not_pages(outcomes):
    assert set(outcomes) == {*PASS, *FAIL}
