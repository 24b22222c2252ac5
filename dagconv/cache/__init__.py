"""Results of conversions that outlive their call, and what each of them depends on."""
