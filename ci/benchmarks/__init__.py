"""What fuzzlab costs, and how soon it finds: run by `ci/bench`.

Every figure that has a bar is a ratio or a difference of two contestants that took turns on one machine in one run.
Absolute times are printed beside them and mean little on another machine.
"""
