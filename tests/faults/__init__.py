"""The faults that fuzzlab survives, and where each is a test: in a module of this folder, or of the one above.

| fault | test |
|---|---|
| SIGKILL to a worker, the supervisor, both, at 200 random moments | test_kills (ten of them in every run) |
| what such a kill leaves half done | test_leftovers |
| a kill of an idle worker, between two batches; of a supervisor: no orphan | ../test_worker, ../test_campaign |
| a worker that dies at import; a format that fails: the target is dropped | test_targets; in batches ../test_worker |
| a target that changes or deletes its folder, replaces standard output, prints 100 MB | test_targets |
| … installs, ignores, blocks signals; arms a timer; forks; lowers the recursion limit; leaves threads | test_targets |
| … closes all file descriptors; ends, kills, aborts its process; lies on the line | ../test_worker, ../test_executor |
| a full disk, one without inodes, one that fills up; a quota; a read-only corpus; /dev/full | test_disk |
| a full disk in the middle of one write | ../test_files, ../test_blackbox, ../test_corpus |
| a corpus folder that somebody edits meanwhile; two campaigns at once in one folder | test_corpus_folders |
| a file of 50 MB, a folder, a dangling link, a FIFO, a device in a corpus | test_corpus_folders, ../test_corpus |
| a clock that jumps back | test_clock |
| soft limit: Python code, regular expressions, sleep, a lock, a socket, a thread, standard input | test_hangs |
| hard limit: loops in C, signals ignored or blocked; one that swallows BaseException | test_hangs, ../test_worker |
| threads that never end | test_hangs (waited for), test_memory (left behind) |
| the stack of a hang belongs to the finding, and is the same each time | test_hangs, ../test_worker, ../planted |
| an allocation of 20 GB, or step by step: a `memory` finding with its frames | test_memory, ../test_executor |
| a slow leak of memory, threads, files: a recycled worker, no finding | test_memory |
| Ctrl-C at any moment | ../test_interrupts, ../test_cli |
"""
