"""An endpoint where jobs live as their life cycles allow, on a clock that its user holds."""
