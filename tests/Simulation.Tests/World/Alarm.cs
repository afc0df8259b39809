using MediaEngine.Rtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// Calls a machine when its deadline has come. Call <see cref="Update"/> after whatever may have moved the deadline, the
/// machine's own expiry included.
/// </summary>
internal sealed class Alarm(SimWorld world, Func<Instant> deadline, Action expire)
{
    private Instant _planned = Instant.Never;
    private bool _stopped;

    public void Update()
    {
        Instant next = deadline();
        if (_stopped || next >= _planned)
            return;
        _planned = next;
        world.At(next, () => Ring(next));
    }

    public void Stop() => _stopped = true;

    private void Ring(Instant planned)
    {
        if (_stopped || _planned != planned)
            return;
        _planned = Instant.Never;
        expire();
    }
}
