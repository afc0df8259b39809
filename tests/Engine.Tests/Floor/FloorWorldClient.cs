using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>A user of <see cref="FloorWorld"/>, with the real floor participant.</summary>
internal sealed class FloorWorldClient(int number, bool isBehindFunction)
{
    private Instant _nextPacket = Instant.Zero;

    public int Number { get; } = number;

    public string McpttId { get; } = FloorWorld.Identity(number);

    /// <summary>Belongs to a constituent group of the call.</summary>
    public bool IsBehindFunction { get; } = isBehindFunction;

    /// <summary>Everybody this client believes to talk, in the order of their names.</summary>
    public IEnumerable<string> Talkers =>
        Enumerable.Range(0, Machine.TalkerCount).Select(index => Machine.TalkerAt(index).McpttId).Order(StringComparer.Ordinal);

    public int Session { get; private set; }

    public bool InCall { get; private set; }

    public bool Pressed { get; private set; }

    /// <summary>Packets a broken client sends although it may not.</summary>
    public int SendsUnasked { get; set; }

    public Instant? PermittedSince { get; set; }

    public FloorEffects Effects { get; } = new();

    public FloorParticipant Machine { get; } = new(new FloorParticipantOptions
    {
        Ssrc = (uint)number,
        Priority = 4,
        AcceptQueuedGrantAutomatically = true,
    });

    public void BeginSession(bool implicitRequest, Instant now)
    {
        Session++;
        InCall = true;
        Pressed = implicitRequest;
        Machine.CompleteCallRelease();
        Machine.Start(implicitRequest, now);
    }

    public void EndSession()
    {
        InCall = false;
        Pressed = false;
        SendsUnasked = 0;
        Machine.ReleaseCall();
    }

    public void Press(bool pressed, Instant now)
    {
        if (!InCall)
            return;
        Pressed = pressed;
        if (pressed)
            Machine.PushToTalk(now, Effects);
        else
            Machine.ReleaseToTalk(now, Effects);
    }

    public void Step(Instant now)
    {
        if (Machine.NextDeadline <= now)
            Machine.Expire(now, Effects);
        Assert.True(Machine.NextDeadline > now);
    }

    public bool SendsMedia(Instant now)
    {
        bool talks = Machine.State == FloorParticipantState.U_HasPermission || SendsUnasked > 0;
        if (!talks || now < _nextPacket)
            return false;
        SendsUnasked -= SendsUnasked > 0 ? 1 : 0;
        _nextPacket = now + TimeSpan.FromMilliseconds(60);
        return true;
    }
}
