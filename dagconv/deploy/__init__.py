"""What a workflow shall be and the steps that make it so: shared by `migrate` and the verbs for single workflows."""
