"""The sandbox ERPs: real HTTP servers on loopback that serve one generated company in the dialects of several ERPs.

They share no code with the product. `python -m tests.sandbox --help` starts them as a process,
`running.sandbox` inside a test.
"""
