from crackling_worker.cli import run

run()
