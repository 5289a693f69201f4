"""When work pauses: on battery, in a low-power profile, when memory is short."""

import re
import time
from collections.abc import Callable
from pathlib import Path

POWER_SUPPLIES = Path("/sys/class/power_supply")
PLATFORM_PROFILE = Path("/sys/firmware/acpi/platform_profile")
# where the firmware knows no profiles, power-profiles-daemon's "power saver" shows in the processor's own preference
# (kernel: admin-guide/pm/intel_pstate, amd-pstate)
PREFERENCE = Path("/sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference")
MEMORY_PRESSURE = Path("/proc/pressure/memory")

# percent of the last 10 seconds in which some task waited for memory; systemd-oomd kills at 60 of "full" for 30 s
# (oomd.conf(5), DefaultMemoryPressureLimit), so there is time to let go before
MAX_PRESSURE = 20.0
ASK_SECONDS = 5.0

_TEN_SECONDS = re.compile(r"avg10=([0-9]+(?:\.[0-9]+)?)\b")


class Throttle:
    """Gives the reason why work should wait. The kernel's files are read every few seconds at most."""

    def __init__(
        self,
        *,
        pause_on_battery: bool,
        supplies: Path = POWER_SUPPLIES,
        profile: Path = PLATFORM_PROFILE,
        preference: Path = PREFERENCE,
        pressure: Path = MEMORY_PRESSURE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pause_on_battery = pause_on_battery
        self._supplies = supplies
        self._profile = profile
        self._preference = preference
        self._pressure = pressure
        self._clock = clock
        self._asked = -ASK_SECONDS
        self._answer = ""

    def why_wait(self) -> str:
        """A clause such as "on battery"; empty where work may go on."""
        now = self._clock()
        if now - self._asked >= ASK_SECONDS:
            self._asked = now
            self._answer = self._ask()
        return self._answer

    def _ask(self) -> str:
        if self._pause_on_battery and on_battery(self._supplies):
            return "on battery"
        if self._pause_on_battery and (_read(self._profile) == "low-power" or _read(self._preference) == "power"):
            return "in the low-power profile"
        if memory_pressure(self._pressure) > MAX_PRESSURE:
            return "memory is short"
        return ""


def on_battery(supplies: Path) -> bool:
    """Whether a battery of the machine itself discharges and nothing else supplies it (sysfs-class-power)."""
    discharging = False
    for supply in sorted(supplies.glob("*")):
        if _read(supply / "scope") == "Device":
            continue  # a mouse or a headset
        if _read(supply / "type") == "Battery":
            discharging |= _read(supply / "status") == "Discharging"
        elif _read(supply / "online") == "1":
            return False
    return discharging


def memory_pressure(pressure: Path) -> float:
    """The share in percent of the last 10 seconds in which some task waited for memory; 0 where not known."""
    for line in _read(pressure).splitlines():
        kind, _, numbers = line.partition(" ")
        if kind == "some" and (found := _TEN_SECONDS.match(numbers)) is not None:
            return float(found[1])
    return 0.0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
