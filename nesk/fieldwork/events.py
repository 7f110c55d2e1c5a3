"""What happens to orders and visits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPlaced:
    order_id: int


@dataclass(frozen=True)
class OrderAccepted:
    order_id: int


@dataclass(frozen=True)
class OrderRejected:
    order_id: int


@dataclass(frozen=True)
class OrderCancelled:
    order_id: int


@dataclass(frozen=True)
class OrderMessageAdded:
    order_id: int
    message_id: int
    is_ours: bool


@dataclass(frozen=True)
class VisitAssigned:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class VisitMoved:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class VisitUnassigned:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class CrewSetOut:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class CrewArrived:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class AccessRefused:
    order_id: int
    visit_id: int


@dataclass(frozen=True)
class OrderClosed:
    order_id: int
    act_id: int


@dataclass(frozen=True)
class ActReady:
    """The act is drawn and lies with its order."""

    order_id: int
    act_id: int
