namespace MediaEngine.Bench.Load;

/// <summary>
/// Looks for the highest step of a ladder of rates that is stood, for a moment on the way up and then for long; both sides climb the
/// same ladder.
/// </summary>
/// <param name="stands">Whether the rate is stood, for long or not.</param>
internal sealed class RateSearch(Func<int, bool, bool> stands)
{
    private const double Step = 1.08;
    private const int First = 500;
    private const int Stride = 6;

    private int _stood = -1;
    private int? _failed;
    private bool _failedOnce;
    private bool _isHeld;

    /// <summary>The highest rate that was stood; 0 = none.</summary>
    public int Best => _stood < 0 ? 0 : RateAt(_stood);

    public bool IsOver => IsClimbed && (_isHeld || _stood < 0);

    private bool IsClimbed => _failed - _stood <= 1;

    /// <summary>Tries one rate. A rate has failed when it failed twice.</summary>
    public void Try()
    {
        if (IsClimbed)
            Hold();
        else
            Climb();
    }

    private void Hold()
    {
        _isHeld = stands(Best, true);
        if (!_isHeld && _failedOnce)
            _failed = _stood--;
        _failedOnce = !_isHeld && !_failedOnce;
    }

    private void Climb()
    {
        int rung = _failed is { } failed ? (_stood + failed) / 2 : _stood + Stride;
        if (stands(RateAt(rung), false))
        {
            _stood = rung;
            _failedOnce = false;
        }
        else if (_failedOnce)
        {
            _failed = rung;
            _failedOnce = false;
        }
        else
            _failedOnce = true;
    }

    private static int RateAt(int rung) => (int)(First * Math.Pow(Step, rung));
}
