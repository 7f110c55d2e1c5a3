"""What a worker process is made of: configuration, database, reactions, broker; no Flask. `dramatiq nesk.worker` runs it."""

from nesk import tasks
from nesk.core import broker as brokers
from nesk.core import config, db, logs

logs.setup()
db.init(config.current().database_url)
tasks.load()
broker = brokers.setup(config.current().broker_url)
