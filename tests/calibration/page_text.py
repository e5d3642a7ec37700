TEXT = "\n\n".join(
    "{" + n + "}"
    for n in [
        "size_table",
        "strict_table",
        "span_table",
        "unequal_table",
        "power_table",
        "nine_table",
        "worst_table",
        "lowest_table",
        "model_tests",
        "models",
    ]
)
