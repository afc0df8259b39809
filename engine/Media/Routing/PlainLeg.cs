using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>A participant without group keys and without floor control: what it is sent is protected for it, what it sends is too.</summary>
internal sealed class PlainLeg : IDisposable
{
    /// <param name="command">Who it is; its keys stay the command's.</param>
    /// <param name="call">Where it takes part.</param>
    /// <exception cref="ArgumentException">A value of the talk policy is out of range.</exception>
    public PlainLeg(AddPlainLeg command, MediaCall call)
    {
        Call = call;
        Id = command.Leg;
        Profile = command.Profile;
        Media = command.Media;
        Floor = new PlainFloor(call, command);
        PreRoll = Floor.Talk.Mode == PlainTalkMode.VoiceActivity ? new PreRoll() : null;
        Declared = Address = SocketAddressKey.From(command.Media.Audio);
        TalkingReport = new FloorChanged(call.Id, Id);
        Sender = new EndpointSender(command.EndpointSsrc, command.Media.Keys);
        Receiver = new EndpointReceiver(command.Media.Keys);
        Voice = new GroupVoice(command.McpttId, command.AudioSsrc, call.SendingKey);
    }

    public MediaCall Call { get; }

    public LegId Id { get; }

    /// <summary>What floor control knows of it.</summary>
    public FloorParticipantProfile Profile { get; }

    /// <summary>What was negotiated last. Its keys are gone.</summary>
    public PlainMedia Media { get; private set; }

    public PlainFloor Floor { get; }

    /// <summary>Where signalling said it is.</summary>
    public SocketAddressKey Declared { get; private set; }

    /// <summary><see cref="Declared"/>, or where its first packet came from.</summary>
    public SocketAddressKey Address { get; set; }

    /// <summary>Its address is final: a packet of it was taken.</summary>
    public bool IsLatched { get; set; }

    public EndpointSender Sender { get; }

    public EndpointReceiver Receiver { get; }

    public GroupVoice Voice { get; }

    /// <summary>What was said just before the floor was there; null when speech does not ask for it.</summary>
    public PreRoll? PreRoll { get; }

    /// <summary>One object for the life of the leg.</summary>
    public FloorChanged TalkingReport { get; }

    public void Change(ChangePlainLeg command)
    {
        Media = command.Media;
        Declared = Address = SocketAddressKey.From(command.Media.Audio);
        IsLatched = false;
        if (command.KeepKeys)
            return;
        Sender.Rekey(command.Media.Keys);
        Receiver.Rekey(command.Media.Keys);
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        Voice.Dispose();
    }
}
