using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// The floor participant of a plain endpoint, which lives here because the endpoint has none: its push-to-talk is a
/// <see cref="TalkDetector"/>, its messages cross memory instead of a network.
/// </summary>
internal sealed class PlainFloor
{
    private readonly MediaCall _call;
    private readonly int _participant;
    private readonly FloorParticipant _machine;
    private bool _pressed;

    public PlainFloor(MediaCall call, AddPlainLeg command)
    {
        _call = call;
        _participant = command.Leg.Value;
        Talk = new TalkDetector(command.Talk);
        _machine = new FloorParticipant(new FloorParticipantOptions
        {
            Ssrc = command.AudioSsrc,
            NegotiatedPriority = command.Profile.NegotiatedPriority,
            QueueingNegotiated = command.Profile.QueueingNegotiated,
            AcceptQueuedGrantAutomatically = true,
        });
    }

    public TalkDetector Talk { get; }

    /// <summary>Its media goes to the group.</summary>
    public bool HasFloor => _machine.State == FloorParticipantState.U_HasPermission;

    public Instant NextDeadline => Instant.Earlier(Talk.NextDeadline, _machine.NextDeadline);

    /// <summary>Asks for the floor or gives it back when the user's wish has changed. Effects are the caller's to emit.</summary>
    public void Follow(RouterState state)
    {
        if (Talk.WantsFloor == _pressed)
            return;
        _pressed = Talk.WantsFloor;
        if (_pressed)
            _machine.PushToTalk(state.Now, state.PlainEffects);
        else
            _machine.ReleaseToTalk(state.Now, state.PlainEffects);
        Carry(state);
    }

    /// <summary>A message of the floor control server.</summary>
    public void Receive(ReadOnlySpan<byte> message, RouterState state)
    {
        _machine.Receive(message, state.Now, state.PlainEffects);
        Carry(state);
        // The server ended the talk without a word to the talker: its media had stayed away (T1).
        if (HasFloor && !_call.Floor.MaySendMedia(_participant))
            Withdraw(state);
    }

    /// <summary>The user has to ask anew, whatever was under way.</summary>
    public void Withdraw(RouterState state)
    {
        Talk.Withdraw();
        Follow(state);
    }

    public void Expire(RouterState state)
    {
        Talk.Expire(state.Now);
        _machine.Expire(state.Now, state.PlainEffects);
        Carry(state);
        Follow(state);
    }

    private void Carry(RouterState state)
    {
        FloorEffects effects = state.PlainEffects;
        bool lost = false;
        for (int i = 0; i < effects.Count; i++)
        {
            ref readonly FloorEffect effect = ref effects[i];
            if (effect.Kind == FloorEffectKind.Send)
                _call.Floor.Receive(_participant, effects.Message(effect), state.Now, state.Effects);
            lost |= effect.Kind is FloorEffectKind.FloorDenied or FloorEffectKind.FloorRevoked or
                FloorEffectKind.RequestTimedOut or FloorEffectKind.RequestCancelled;
        }
        effects.Clear();
        if (!lost)
            return;
        _pressed = false;
        Talk.Withdraw();
    }
}
