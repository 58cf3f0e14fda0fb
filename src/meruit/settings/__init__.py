"""Django settings, one module per login: `app`, `worker`, `gate`, `owner`, `reader`.

Every process knows the secret of its own login and no other; which one it is is decided by the
settings module it is started with, and the address comes from the environment alone.
"""
