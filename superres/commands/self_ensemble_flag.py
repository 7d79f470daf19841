"""The flag of commands that enlarge."""


def add_self_ensemble_flag(parser):
    parser.add_argument(
        "--self-ensemble",
        action="store_true",
        help="take the mean over the photograph turned and mirrored in eight ways: closer to the truth, no hatching; "
        "softer for networks of the feature loss; eight times the time",
    )
