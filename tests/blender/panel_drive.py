"""Runs inside a real Blender window: works the panel with the mouse and the keyboard, and takes a picture of each step.

blender --window-geometry 0 0 1280 800 -P panel_drive.py -- FOLDER       with the add-on in BLENDER_USER_SCRIPTS

Prints DRIVE, a step's name and what came of it, for test_panel_window.py. Pictures go to FOLDER.
"""

import json
import subprocess
import sys
import time
import traceback
from pathlib import Path

import bpy

OUT = Path(sys.argv[sys.argv.index("--") + 1])
HEIGHT = 800
"""Of the screen: Blender counts from below, xdotool from above."""
PATIENCE = 240
"""Seconds for one step, on a machine with much else to do."""

bpy.context.preferences.view.show_splash = False
bpy.ops.preferences.addon_enable(module="posewright")


def area():
    return next(area for area in bpy.context.window_manager.windows[0].screen.areas if area.type == "VIEW_3D")


def region(kind: str):
    return next(region for region in area().regions if region.type == kind)


def settings():
    return bpy.context.window_manager.windows[0].scene.posewright


def mouse(*words) -> None:
    subprocess.run(["xdotool", *map(str, words)], check=True)


def click(x: float, y: float) -> None:
    """Screen coordinates from above."""
    mouse("mousemove", round(x), round(y))
    time.sleep(0.2)
    mouse("click", 1)


def press(operator, **options):
    """As a button does."""
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=area(), region=region("WINDOW")):
        return operator("EXEC_DEFAULT", True, **options)


def picture(name: str) -> None:
    bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
    subprocess.run(["import", "-window", "root", str(OUT / f"{name}.png")], check=True)


def tell(name: str, **facts) -> None:
    print("DRIVE", name, json.dumps(facts), flush=True)


def people() -> list:
    return sorted(thing.name for thing in bpy.context.scene.objects if thing.get("posewright") == "person")


def steps():
    """Each `yield` lets Blender go on for so many seconds; waiting for something yields until it is there."""
    area().spaces.active.show_region_ui = True
    chosen = settings()
    chosen.knobs.persons, chosen.knobs.width, chosen.knobs.height, chosen.knobs.samples = (2, 2), 320, 240, 2
    chosen.seed, chosen.hand_folder, chosen.folder, chosen.count = 5, str(OUT / "hand"), str(OUT / "batch"), 40
    yield 2
    side = region("UI")
    if hasattr(side, "active_panel_category"):
        side.active_panel_category = "Posewright"
    else:  # the tab, after Item, Tool and View
        click(side.x + side.width - 14, HEIGHT - (side.y + side.height) + 178)
    yield 2
    picture("1_tab")
    click(side.x + 60, HEIGHT - (side.y + side.height) + 46)
    started = time.monotonic()
    yield from until(lambda: settings().spec)
    tell("randomize", people=people(), seconds=round(time.monotonic() - started, 2))
    yield 2
    picture("2_randomized")
    settings().overlay = True
    yield 3
    picture("3_overlay")
    yield from move_somebody()
    picture("4_moved")
    yield from undo_and_redo()
    press(bpy.ops.posewright.label)
    records = sorted(path.name for path in OUT.glob("hand/*/records/*.json"))
    tell("label", records=records, coco=len(list(OUT.glob("hand/*/annotations/person_keypoints.json"))))
    yield 2
    picture("5_labelled")
    press(bpy.ops.posewright.start_batch)
    yield from until(lambda: list(OUT.glob("batch/records/*.json")) and settings().done > 0)
    tell("batch", said=settings().said, done=settings().done)
    scroll_to_end()
    yield 2
    picture("6_batch")
    press(bpy.ops.posewright.cancel_batch)
    yield from until(lambda: settings().said.startswith(("Cancelled", "Failed", "Done")))
    tell("cancel", said=settings().said, records=len(list(OUT.glob("batch/records/*.json"))))
    yield 2
    picture("7_cancelled")


def move_somebody():
    """Grab the first person and carry them to the right with the mouse."""
    thing, before = bpy.data.objects[people()[0]], place()
    bpy.ops.object.select_all(action="DESELECT")
    thing.select_set(True)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.ed.undo_push(message="Select")
    view = region("WINDOW")
    x, y = view.x + view.width / 2 - 60, HEIGHT - (view.y + view.height / 2)
    mouse("mousemove", round(x), round(y))
    yield 0.5
    mouse("key", "g")
    yield 0.5
    for step in range(12):
        mouse("mousemove", round(x + 5 * step), round(y))
        yield 0.15
    mouse("click", 1)
    yield 3
    tell("move", before=before, after=place())


def undo_and_redo():
    """Blender's own."""
    moved = place()
    mouse("key", "ctrl+z")
    yield 3
    undone = place()
    mouse("key", "ctrl+shift+z")
    yield 3
    tell("undo", moved=moved, undone=undone, redone=place())


def place() -> list:
    """Of the first person; objects are others after undo."""
    return list(bpy.data.objects[people()[0]].location)


def scroll_to_end() -> None:
    side = region("UI")
    mouse("mousemove", side.x + 80, round(HEIGHT - side.y - side.height / 2))
    for _ in range(40):
        mouse("click", 5)


def until(true):
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > PATIENCE:
            raise TimeoutError("nothing came of it")
        yield 0.25


RUNNING = steps()


def tick():
    try:
        return next(RUNNING)
    except StopIteration:
        tell("end")
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        picture("broken")
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(tick, first_interval=3)
