"""Imports of older releases get their names of Airflow 3; nothing else of the text moves."""

from __future__ import annotations

import pytest

from dagconv.package.obstacle import Obstacle
from dagconv.package.rename_imports import rename_imports

HOOK = "airflow.providers.amazon.aws.hooks.s3"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from airflow.hooks.S3_hook import S3Hook", f"from {HOOK} import S3Hook"),
        ("from airflow.hooks.S3_hook import S3Hook as H  # why", f"from {HOOK} import S3Hook as H  # why"),
        (
            "def f():\n    from airflow.hooks.S3_hook import (\n        S3Hook,\n    )",
            f"def f():\n    from {HOOK} import S3Hook",
        ),
        ("x = 'ä'; from airflow.hooks.S3_hook import S3Hook; y = 1", f"x = 'ä'; from {HOOK} import S3Hook; y = 1"),
        (
            "from airflow.hooks.base_hook import BaseHook, Connection",
            "from airflow.hooks.base import BaseHook\nfrom airflow.sdk import Connection",
        ),
        ("from airflow.models import Variable", "from airflow.models import Variable"),
        ("import os\nfrom .hooks import S3Hook", "import os\nfrom .hooks import S3Hook"),
        ("text = 'from airflow.hooks.S3_hook import S3Hook'", "text = 'from airflow.hooks.S3_hook import S3Hook'"),
    ],
)
def test_imports_are_renamed_in_place(before, after):
    assert rename_imports(before, "etl.py")[0] == after


def test_each_rename_is_told_with_its_line():
    text = "import os\nfrom airflow.hooks.S3_hook import S3Hook\n"
    assert [(one.line, one.old, one.new) for one in rename_imports(text, "etl.py")[1]] == [
        (2, "airflow.hooks.S3_hook.S3Hook", f"{HOOK}.S3Hook")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "from airflow.utils.dates import days_ago",
        "from airflow.contrib.hooks.gcs_hook import GoogleCloudStorageHook",
        "import airflow.hooks.S3_hook as s3",
    ],
)
def test_what_has_no_equal_is_refused(text):
    with pytest.raises(Obstacle) as caught:
        rename_imports(text, "etl.py")
    assert caught.value.rule.slug == "code-imports-old-name"
