"""When work waits for the user's sake."""

from pathlib import Path

import pytest

from facedaemon.daemon.throttle import Throttle, memory_pressure, on_battery


def _supply(supplies: Path, name: str, **values: str) -> None:
    (supplies / name).mkdir(parents=True)
    for key, value in values.items():
        (supplies / name / key).write_text(value + "\n", encoding="ascii")


def _pressure(file: Path, avg10: str) -> Path:
    file.write_text(
        f"some avg10={avg10} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )
    return file


def _throttle(folder: Path, *, pause_on_battery: bool = True) -> Throttle:
    return Throttle(
        pause_on_battery=pause_on_battery,
        supplies=folder / "supplies",
        profile=folder / "profile",
        preference=folder / "preference",
        pressure=folder / "pressure",
        clock=iter(range(0, 1000, 10)).__next__,
    )


def test_a_discharging_battery_is_battery_power(tmp_path: Path) -> None:
    """Unplugged: the battery discharges and the charger is offline."""
    _supply(tmp_path, "BAT0", type="Battery", status="Discharging", scope="System")
    _supply(tmp_path, "AC", type="Mains", online="0")
    assert on_battery(tmp_path)


def test_a_charger_is_mains_power(tmp_path: Path) -> None:
    """Plugged in at any port, even if the battery still discharges under load."""
    _supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    _supply(tmp_path, "ucsi", type="USB", online="1")
    assert not on_battery(tmp_path)


def test_a_mouse_is_no_reason_to_wait(tmp_path: Path) -> None:
    """The battery of a device says nothing about the machine."""
    _supply(tmp_path, "mouse", type="Battery", status="Discharging", scope="Device")
    assert not on_battery(tmp_path)


def test_a_machine_without_power_supplies_is_on_mains(tmp_path: Path) -> None:
    """Servers and containers show none."""
    assert not on_battery(tmp_path / "absent")


def test_on_battery_work_waits_unless_configured_otherwise(tmp_path: Path) -> None:
    """`pause_on_battery` decides."""
    _supply(tmp_path / "supplies", "BAT0", type="Battery", status="Discharging")
    assert ["on battery", ""] == [
        _throttle(tmp_path).why_wait(),
        _throttle(tmp_path, pause_on_battery=False).why_wait(),
    ]


def test_the_low_power_profile_means_wait(tmp_path: Path) -> None:
    """Who chose to save power is not kept from it."""
    (tmp_path / "profile").write_text("low-power\n", encoding="ascii")
    assert "in the low-power profile" == _throttle(tmp_path).why_wait()


@pytest.mark.parametrize(("preference", "reason"), [("power", "in the low-power profile"), ("balance_power", "")])
def test_the_processors_own_preference_counts_too(tmp_path: Path, preference: str, reason: str) -> None:
    """Where the firmware has no profiles, only the preference for saving power means wait, not a balanced one."""
    (tmp_path / "preference").write_text(f"{preference}\n", encoding="ascii")
    assert reason == _throttle(tmp_path).why_wait()


def test_short_memory_means_wait_until_it_is_over(tmp_path: Path) -> None:
    """Under pressure work waits; it goes on by itself when the pressure is gone."""
    throttle = _throttle(tmp_path)
    _pressure(tmp_path / "pressure", "35.20")
    before = throttle.why_wait()
    _pressure(tmp_path / "pressure", "1.00")
    assert ["memory is short", ""] == [before, throttle.why_wait()]


@pytest.mark.parametrize(("avg10", "percent"), [("0.00", 0.0), ("35.20", 35.2)])
def test_pressure_is_the_share_of_the_last_ten_seconds(tmp_path: Path, avg10: str, percent: float) -> None:
    """The kernel's `some avg10`."""
    assert percent == memory_pressure(_pressure(tmp_path / "pressure", avg10))


def test_a_kernel_without_pressure_information_has_none(tmp_path: Path) -> None:
    """PSI may be switched off."""
    assert 0.0 == memory_pressure(tmp_path / "absent")


def test_pressure_in_a_form_that_nobody_knows_is_none(tmp_path: Path) -> None:
    """A file of another kernel, or half of one, ends no daemon."""
    for text in ("some", "some avg10", "some avg10=", "some avg10=x avg60=1.00", "some 5", "\0\xff"):
        (tmp_path / "pressure").write_text(text, encoding="latin-1")
        assert 0.0 == memory_pressure(tmp_path / "pressure"), text
