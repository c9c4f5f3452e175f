"""Files stay short and functions shorter (DESIGN section 5, rule 16)."""

from statistics import median

from tests.architecture.source import functions, modules, name_of, tree_of

LONG_FILE, MEDIAN_FUNCTION, LONGEST_FUNCTION = 600, 10, 80


def test_nearly_every_file_is_short() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in modules()}
    long = {name: length for name, length in lengths.items() if length >= LONG_FILE}
    assert len(lengths) > 100
    assert len(long) <= 0.05 * len(lengths), long


def test_the_median_function_is_short() -> None:
    lengths = {
        f"{name_of(path)}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in modules()
        for function in functions(tree_of(path))
    }
    assert len(lengths) > 500
    assert median(lengths.values()) < MEDIAN_FUNCTION
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
