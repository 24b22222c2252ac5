"""Says which Airflow this is."""

AIRFLOW_V_3_0_PLUS = True
AIRFLOW_V_3_1_PLUS = False
