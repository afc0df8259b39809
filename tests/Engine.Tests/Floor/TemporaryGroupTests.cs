using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// TS 24.380 6.5, 6.3.4.8: a temporary group call. Participants 11 and 12 are behind one non-controlling function, 21 and 22
/// behind another; 1 is the controlling function's own.
/// </summary>
public sealed class TemporaryGroupTests
{
    private const int FunctionA = 100;
    private const int FunctionB = 200;

    private readonly FloorEffects _effects = new();
    private readonly FloorArbiter _arbiter;
    private readonly NonControllingFloor _a = Function();
    private readonly NonControllingFloor _b = Function();
    private Instant _now = Instant.Zero;

    public TemporaryGroupTests()
    {
        _arbiter = new FloorArbiter(
            new FloorPolicy { TemporaryGroup = true, MediaInFlight = TimeSpan.Zero }, 9, _now, _effects);
        foreach (int number in (int[])[11, 12])
            _a.Join(number, Profile(number), _effects);
        foreach (int number in (int[])[21, 22])
            _b.Join(number, Profile(number) with { ReceiveOnly = number == 22 }, _effects);
        _arbiter.Join(1, Profile(1), false, _now, _effects);
        foreach (int function in (int[])[FunctionA, FunctionB])
        {
            FloorParticipantProfile profile = Profile(function) with
            {
                IsNonControllingFunction = true,
                NegotiatedPriority = 9,
            };
            _arbiter.Join(function, profile, false, _now, _effects);
        }
        _effects.Clear();
    }

    [Fact]
    public void Until_all_groups_have_answered_requests_wait_and_the_best_is_granted_then()
    {
        Assert.Equal("11: QueuePositionInfo=1", Send(11, FloorMessages.Request(3)));
        Assert.Equal("21: QueuePositionInfo=1", Send(21, FloorMessages.Request(5)));
        Assert.Equal(FloorServerState.G_Initialising, _arbiter.State);
        _arbiter.CompleteInitialising(_now, _effects);
        Assert.Equal("21: Granted, 1: Taken, 11: Taken, 12: Taken, 22: Taken", Carry());
        Assert.Equal(1, _arbiter.QueueLength);
    }

    [Fact]
    public void A_grant_goes_to_who_asked_and_everybody_else_in_all_groups_hears_who_talks()
    {
        _arbiter.CompleteInitialising(_now, _effects);
        Assert.Equal("1: Idle, 11: Idle, 12: Idle, 21: Idle, 22: Idle", Carry());
        Assert.Equal("11: Granted, 1: Taken, 12: Taken, 21: Taken, 22: Taken", Send(11, FloorMessages.Request(5)));
        Assert.Equal(NonControllingParticipantState.P_HasPermission, _a.StateOf(11));
        Assert.True(_a.ReceiveMedia(11, _now, _effects));
        Assert.True(_arbiter.ReceiveMedia(FunctionA, _now, _effects));
        Assert.False(_arbiter.ReceiveMedia(FunctionB, _now, _effects));
    }

    [Fact]
    public void Two_behind_one_function_do_not_get_in_each_others_way()
    {
        Start();
        Send(11, FloorMessages.Request(5));
        Assert.Equal("12: QueuePositionInfo=1", Send(12, FloorMessages.Request(5)));
        Assert.Equal("12: QueuePositionInfo=1", Send(12, FloorMessages.QueuePositionRequest()));
        Assert.Equal("12: Granted, 1: Taken, 11: Taken, 21: Taken, 22: Taken", Send(11, FloorMessages.Release()));
        Assert.Equal(NonControllingParticipantState.P_HasNoPermission, _a.StateOf(11));
        Assert.Equal(NonControllingParticipantState.P_HasPermission, _a.StateOf(12));
        Assert.Equal("1: Idle, 11: Idle, 12: Idle, 21: Idle, 22: Idle", Send(12, FloorMessages.Release()));
    }

    [Fact]
    public void A_more_urgent_one_in_another_group_preempts()
    {
        Start();
        Send(11, FloorMessages.Request(5));
        Assert.Equal("21: QueuePositionInfo=1, 11: Revoke", Send(21, FloorMessages.Request(5, FloorIndicator.Emergency)));
        Assert.Equal("21: Granted, 1: Taken, 11: Taken, 12: Taken, 22: Taken", Send(11, FloorMessages.Release()));
    }

    [Fact]
    public void Taken_names_the_participant_not_its_function()
    {
        Start();
        Send(21, FloorMessages.Request());
        _effects.Clear();
        _a.Join(13, Profile(13), _effects);
        FloorMessage.TryParse(_effects.Message(_effects[0]), out FloorMessage late, out _);
        Assert.Equal(FloorMessageType.Taken, late.Type);
        Assert.True(late.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker));
        Assert.Equal("sip:p21@mc.example", Encoding.UTF8.GetString(talker));
        Assert.False(late.TryGetTrackInfo(out _));
    }

    [Fact]
    public void The_session_that_ends_gives_back_what_it_had()
    {
        Start();
        Send(11, FloorMessages.Request());
        _a.Leave(11, _effects);
        Assert.Equal("1: Idle, 12: Idle, 21: Idle, 22: Idle", Carry(FunctionA));
        Send(12, FloorMessages.Request());
        _arbiter.Leave(FunctionA, _now, _effects);
        Assert.Equal("1: Idle, 21: Idle, 22: Idle", Carry());
        Assert.Equal(0, _arbiter.TalkerCount);
    }

    [Fact]
    public void A_function_refuses_its_receive_only_and_revokes_who_sends_without_permission()
    {
        Start();
        Assert.Equal("22: Deny", Send(22, FloorMessages.Request()));
        _now += TimeSpan.FromSeconds(5);
        Assert.False(_b.ReceiveMedia(21, _now, _effects));
        Assert.False(_b.ReceiveMedia(21, _now, _effects));
        Assert.Equal("Revoke#3→21", FloorEffectText.Describe(_effects));
        _effects.Clear();
        Assert.Equal("21: Idle", Send(21, FloorMessages.Release()));
    }

    [Fact]
    public void A_function_takes_away_what_its_participant_may_not_claim_and_what_only_a_server_sends()
    {
        _a.Join(14, Profile(14) with { MayClaimEmergency = false }, _effects);
        Start();
        _effects.Clear();
        _a.Receive(14, FloorMessages.Request(5, FloorIndicator.Emergency), _now, _effects);
        Assert.Equal("NotAllowed(Request) 14 Request→CF", FloorEffectText.Describe(_effects));
        FloorMessage.TryParse(Last(), out FloorMessage request, out _);
        Assert.True(request.TryGetFloorIndicator(out FloorIndicator claimed));
        Assert.Equal(FloorIndicator.None, claimed);

        _effects.Clear();
        Assert.Equal(FloorOutcome.NotAllowed, _a.Receive(14, FloorMessages.Granted(), _now, _effects));
        Assert.Equal("NotAllowed(Granted) 14", FloorEffectText.Describe(_effects));
    }

    [Fact]
    public void Functions_in_cascade_find_the_way_back()
    {
        var lower = Function();
        lower.Join(31, Profile(31), _effects);
        _b.Join(300, Profile(300) with { IsNonControllingFunction = true }, _effects);
        Start();
        lower.Receive(31, FloorMessages.Request(7), _now, _effects);
        byte[] twice = Last();
        _b.Receive(300, twice, _now, _effects);
        byte[] top = Last();
        FloorMessage.TryParse(top, out FloorMessage request, out _);
        Assert.True(request.TryGetTrackInfo(out FloorTrackInfo track));
        Assert.Equal(2, track.ReferenceCount);
        Assert.True(request.TryGetUserId(out ReadOnlySpan<byte> user));
        Assert.Equal("sip:p31@mc.example", Encoding.UTF8.GetString(user));
        Assert.True(request.TryGetFloorPriority(out byte priority));
        Assert.Equal(5, priority);
        _effects.Clear();
        _arbiter.Receive(FunctionB, top, _now, _effects);
        Assert.Equal(FloorMessageType.Granted, _effects[1].MessageType);
        byte[] granted = _effects.Message(_effects[1]).ToArray();
        _effects.Clear();
        _b.ReceiveFromControllingFunction(granted, _now, _effects);
        Assert.Equal("Granted→300", FloorEffectText.Describe(_effects));
        granted = Last();
        lower.ReceiveFromControllingFunction(granted, _now, _effects);
        Assert.Equal("Granted→31", FloorEffectText.Describe(_effects));
    }

    [Fact]
    public void Relaying_allocates_nothing()
    {
        Start();
        byte[] request = FloorMessages.Request(5);
        byte[] release = FloorMessages.Release();
        byte[] buffer = new byte[2048];
        void Cycle()
        {
            foreach (byte[] message in (ReadOnlySpan<byte[]>)[request, release])
            {
                _effects.Clear();
                _a.Receive(11, message, _now, _effects);
                int length = _effects.Message(_effects[0]).Length;
                _effects.Message(_effects[0]).CopyTo(buffer);
                _effects.Clear();
                _arbiter.Receive(FunctionA, buffer.AsSpan(0, length), _now, _effects);
            }
        }
        for (int i = 0; i < 2000; i++)
            Cycle();
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 1000; i++)
                Cycle();
        }));
    }

    private static NonControllingFloor Function() =>
        new(new NonControllingFloorOptions { UpstreamSsrc = 1, DownstreamSsrc = 2 }, new CountingEntropy());

    private static FloorParticipantProfile Profile(int number) => new()
    {
        McpttId = $"sip:p{number}@mc.example",
        QueueingNegotiated = true,
        NegotiatedPriority = 5,
        MayClaimEmergency = true,
    };

    private void Start()
    {
        _arbiter.CompleteInitialising(_now, _effects);
        Carry();
    }

    private byte[] Last()
    {
        byte[] message = _effects.Message(_effects[_effects.Count - 1]).ToArray();
        _effects.Clear();
        return message;
    }

    /// <summary>A message of a participant behind a function, and all that follows from it.</summary>
    private string Send(int number, byte[] message)
    {
        NonControllingFloor function = number / 10 == 1 ? _a : _b;
        function.Receive(number, message, _now, _effects);
        return Carry(number / 10 == 1 ? FunctionA : FunctionB);
    }

    /// <summary>Carries all messages until there are none, in order; gives what reached the participants.</summary>
    private string Carry(int from = 0)
    {
        var pending = new Queue<(int To, int From, byte[] Message)>();
        void Collect(int from)
        {
            for (int i = 0; i < _effects.Count; i++)
            {
                if (_effects[i].Kind == FloorEffectKind.SendToControllingFunction)
                    pending.Enqueue((0, from, _effects.Message(_effects[i]).ToArray()));
                else if (_effects[i].Kind == FloorEffectKind.Send)
                    pending.Enqueue((_effects[i].Participant, from, _effects.Message(_effects[i]).ToArray()));
            }
            _effects.Clear();
        }
        var heard = new List<(int Order, string Text)>();
        Collect(from);
        while (pending.TryDequeue(out (int To, int From, byte[] Message) next))
        {
            if (next.To == 0)
            {
                _arbiter.Receive(next.From, next.Message, _now, _effects);
                Collect(0);
            }
            else if (next.To is FunctionA or FunctionB)
            {
                (next.To == FunctionA ? _a : _b).ReceiveFromControllingFunction(next.Message, _now, _effects);
                Collect(next.To);
            }
            else
            {
                FloorMessage.TryParse(next.Message, out FloorMessage message, out _);
                // Answers first, in their order; then announcements by participant.
                bool toAll = message.Type is FloorMessageType.Taken or FloorMessageType.Idle;
                string position = message.TryGetQueueInfo(out byte place, out _) ? $"={place}" : "";
                heard.Add((toAll ? next.To : 0, $"{next.To}: {message.Type}{position}"));
            }
        }
        return string.Join(", ", heard.OrderBy(entry => entry.Order).Select(entry => entry.Text));
    }
}
