"""Seconds that the panel takes. `python -m tests.blender.measure_panel`, or in Blender `-b -P` this file.

A scene of two people built, built again with people who are dressed already, and the overlay brought up to date.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import bpy

import blender_addon
from blender_addon.ui import overlay
from blender_addon.ui.look import FEW


def seconds(what, times: int, *args) -> float:
    """Median over so many times."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        what(*args)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    blender_addon.register()
    try:
        bpy.context.scene.posewright.knobs.persons = (2, 2)
        bpy.ops.posewright.next()  # loads what is loaded once
        print(f"next picture: {seconds(bpy.ops.posewright.next, 5):.2f} s")
        print(f"previous, people kept: {seconds(bpy.ops.posewright.previous, 3):.2f} s")
        scene = bpy.context.scene
        scene.posewright.overlay = True
        overlay.refresh(scene)
        print(f"overlay while something moves: {1000 * seconds(overlay.refresh, 9, scene, FEW):.0f} ms")
        print(f"overlay with all rays: {1000 * seconds(overlay.refresh, 5, scene):.0f} ms")
    finally:
        blender_addon.unregister()


if __name__ == "__main__":
    main()
