"""Small pure languages that several stages read: cron, durations, Jinja, plain YAML scalars."""
