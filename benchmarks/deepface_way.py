"""What a Python user would pick instead: deepface with YuNet and SFace, at its own defaults.

It brings TensorFlow and an OpenCV of its own, so it runs in a process and an environment of its own
(`alternatives.txt`): `python deepface_way.py PHOTO...`, with `DEEPFACE_HOME` at a folder that holds the weights. For
each line that comes it goes over all photos once, and answers with seconds on the clock, of processor time, faces.
"""

import sys
import time

from deepface import DeepFace

FACES = {"model_name": "SFace", "detector_backend": "yunet", "enforce_detection": False}


def main() -> None:
    """Answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # deepface logs there
    for _ in sys.stdin:
        start, processor, faces = time.perf_counter(), time.process_time(), 0
        for photo in sys.argv[1:]:
            # a photo without a face gives one made of all of it, of no confidence
            faces += sum(face["face_confidence"] > 0 for face in DeepFace.represent(photo, **FACES))
        print(time.perf_counter() - start, time.process_time() - processor, faces, file=answers, flush=True)


if __name__ == "__main__":
    main()
