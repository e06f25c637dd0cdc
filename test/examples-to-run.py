#!/usr/bin/python3
# What test.py runs in an ns-3 tree and ctest elsewhere: (command, do_run, do_valgrind_run)
cpp_examples = [
    (
        "noma-link --direction=down --snrDb=10,25 --split=0.8,0.2 --rate=0.5,2 --blocks=2000",
        "True",
        "True",
    ),
    (
        "noma-link --direction=down --snrDb=10,10 --split=0.8,0.2 --rate=0.1 --order=gain "
        "--propagation=off --ergodic=on --csi-age=2 --correlation=0.9 --blocks=2000",
        "True",
        "False",
    ),
    ("noma-battery --seconds=30", "True", "True"),
    ("noma-battery --adapt=false --seconds=30", "True", "False"),
    ("noma-cell --values=0,20 --runs=1 --seconds=0.2 --warmUp=0.05", "True", "True"),
    (
        "noma-cell --sweep=residual --values=0.01 --scheduler=rr --direction=up --runs=2 "
        "--seconds=0.1 --grouping=random",
        "True",
        "False",
    ),
    ("noma-custom-allocator --users=3", "True", "True"),
    ("noma-edge-overload --seconds=4", "True", "True"),
    ("noma-environment --local=true --seconds=1 --episodes=3", "True", "True"),
    (
        "noma-fairness --gaps=0,20 --superposed=1,2 --users=3 --warmUp=0.1 --seconds=0.2 --runs=1",
        "True",
        "True",
    ),
    ("noma-quickstart", "True", "True"),
    ("noma-split-inference --usersPerAp=3 --subchannels=2 --aps=2", "True", "True"),
    (
        "noma-split-inference --usersPerAp=3 --allocators=ecc-noma --format=csv "
        "--splitRule=QueueAwareSplitRule --models=resnet18",
        "True",
        "False",
    ),
    ("noma-quickstart --model=alexnet --allocator=neurosurgeon", "True", "False"),
    ("noma-applications --duration=2", "True", "False"),
    ("noma-applications --duration=2 --superposed=1", "True", "False"),
    ("noma-mobility --duration=20 --speed=60", "True", "False"),
    ("noma-interferer --duration=0.6", "True", "False"),
    ("noma-campus --duration=2", "True", "False"),
    ("noma-any-network --tasks=2", "True", "False"),
    ("noma-any-network --network=csma --cut=1 --tasks=2", "True", "False"),
    ("noma-fault-scenarios --seconds=3", "True", "False"),
]
python_examples = []
