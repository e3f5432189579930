"""Right over the exchanges: the administration of the platform."""

RUN = "network.run"
