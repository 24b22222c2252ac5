"""Would call Airflow's REST API from inside a task."""


def make_authenticated_rest_api_request(*_, **__):
    raise RuntimeError("there is no API to call while a DAG is read")
