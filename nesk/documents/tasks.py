"""Papers that are made after something happened."""

from nesk.core.actor import system
from nesk.core.events import on
from nesk.documents import acts
from nesk.fieldwork.events import OrderClosed


@on(OrderClosed, outside=True)
def keep_act(order_id: int, act_id: int) -> None:
    """Draw the act and put it with the order: the client finds it on the order's page."""
    acts.keep_act(act_id, by=system("documents"))
