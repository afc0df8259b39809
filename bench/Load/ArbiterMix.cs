using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Bench.Load;

/// <summary>A floor control server without its network, and the events of one mix, each answered by a message at least.</summary>
internal sealed class ArbiterMix
{
    private const int MediaPackets = 50;

    private readonly FloorEffects _effects = new();
    private readonly FloorArbiter _arbiter;
    private readonly int _members;
    private readonly byte[] _request = Message(FloorMessageType.Request);
    private readonly byte[] _release = Message(FloorMessageType.Release);
    private readonly Action _cycle;
    private Instant _now = Instant.Zero;
    private int _next;

    private ArbiterMix(string name, int members, int eventsPerCycle, Func<ArbiterMix, Action> cycle)
    {
        Name = name;
        EventsPerCycle = eventsPerCycle;
        _members = members;
        _cycle = cycle(this);
        _arbiter = new FloorArbiter(new FloorPolicy(), 1, _now, _effects);
        for (int member = 0; member < members; member++)
            _arbiter.Join(member, LoadCall.ProfileOf(0, member), implicitRequest: false, _now, _effects);
        _effects.Clear();
    }

    public string Name { get; }

    public int EventsPerCycle { get; }

    /// <summary>Request, request of another who waits, its release, release, and Floor Idle again by T7.</summary>
    public static ArbiterMix Talks(int members) => new($"{members} members, talks", members, 5, mix => mix.Talk);

    /// <summary>A request after the other, and a release; most of the time the queue is full.</summary>
    public static ArbiterMix Contention(int members) => new($"{members} members, full queue", members, 2, mix => mix.Contend);

    /// <summary>Request, a second of media, release.</summary>
    public static ArbiterMix Media(int members) => new($"{members} members, media", members, MediaPackets + 2, mix => mix.SendMedia);

    public void Cycle() => _cycle();

    private void Talk()
    {
        Receive(0, _request);
        Receive(1, _request);
        Receive(1, _release);
        Receive(0, _release);
        _now = _arbiter.NextDeadline;
        _arbiter.Expire(_now, _effects);
        Require(_members);
    }

    private void Contend()
    {
        _now += TimeSpan.FromMilliseconds(1);
        _next = (_next + 1) % _members;
        Receive(_next, _request);
        Receive(_arbiter.Talker ?? 0, _release);
    }

    private void SendMedia()
    {
        _next = (_next + 1) % _members;
        Receive(_next, _request);
        for (int packet = 0; packet < MediaPackets; packet++)
        {
            _now += TimeSpan.FromMilliseconds(20);
            if (!_arbiter.ReceiveMedia(_next, _now, _effects))
                throw new InvalidOperationException("The floor does not let media pass.");
        }
        Receive(_next, _release);
    }

    private void Receive(int member, byte[] message)
    {
        if (_arbiter.Receive(member, message, _now, _effects) != FloorOutcome.Ok)
            throw new InvalidOperationException("The floor does not take the message.");
        Require(1);
    }

    private void Require(int messages)
    {
        if (_effects.Count < messages)
            throw new InvalidOperationException("The floor does not answer.");
        _effects.Clear();
    }

    private static byte[] Message(FloorMessageType type)
    {
        byte[] buffer = new byte[64];
        var writer = new FloorMessageWriter(buffer, type, ackRequired: false, 1);
        writer.AddFloorIndicator(FloorIndicator.Normal);
        return buffer[..writer.Complete()];
    }
}
