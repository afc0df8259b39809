namespace MediaEngine.Media;

/// <summary>
/// The keys a command carries: copied when it crosses into the media plane, disposed where it ends. A <see cref="CallRouter"/> makes
/// them its own.
/// </summary>
public static class MediaCommandKeys
{
    /// <summary>The same command with keys of its own. Commands without keys are returned as they are.</summary>
    public static MediaCommand WithOwnKeys(MediaCommand command) => command switch
    {
        OpenCall open => open with
        {
            MediaKey = open.MediaKey.Copy(),
            Multicast = Copy(open.Multicast),
            ControllingFunction = open.ControllingFunction is null ? null : Copy(open.ControllingFunction),
        },
        AddLeg add => add with { ClientServerKey = add.ClientServerKey.Copy() },
        AddPlainLeg add => add with { Media = Copy(add.Media) },
        ChangePlainLeg change => change with { Media = Copy(change.Media) },
        InstallGroupKey install => install with { Key = install.Key.Copy() },
        ReplaceFloorKey replace => replace with { FloorKey = Copy(replace.FloorKey) },
        AddNonControllingFunction add => add with { Function = Copy(add.Function) },
        BecomeNonControlling become => become with { ControllingFunction = Copy(become.ControllingFunction) },
        _ => command,
    };

    internal static void Dispose(MediaCommand command)
    {
        switch (command)
        {
            case OpenCall open:
                open.MediaKey.Dispose();
                open.Multicast?.FloorKey.Key.Dispose();
                open.Multicast?.ControlKey.Key.Dispose();
                open.ControllingFunction?.SignallingProtectionKey.Dispose();
                break;
            case AddLeg add:
                add.ClientServerKey.Dispose();
                break;
            case AddPlainLeg add:
                add.Media.Keys?.Dispose();
                break;
            case ChangePlainLeg change:
                change.Media.Keys?.Dispose();
                break;
            case InstallGroupKey install:
                install.Key.Dispose();
                break;
            case ReplaceFloorKey replace:
                replace.FloorKey.Key.Dispose();
                break;
            case AddNonControllingFunction add:
                add.Function.SignallingProtectionKey.Dispose();
                break;
            case BecomeNonControlling become:
                become.ControllingFunction.SignallingProtectionKey.Dispose();
                break;
            default:
                break;
        }
    }

    private static PlainMedia Copy(PlainMedia media) => media with { Keys = media.Keys?.Copy() };

    private static MulticastSubchannel? Copy(MulticastSubchannel? subchannel) => subchannel is null
        ? null
        : subchannel with { FloorKey = Copy(subchannel.FloorKey), ControlKey = Copy(subchannel.ControlKey) };

    private static MulticastKey Copy(MulticastKey key) => key with { Key = key.Key.Copy() };

    private static FunctionPeer Copy(FunctionPeer peer) => peer with { SignallingProtectionKey = peer.SignallingProtectionKey.Copy() };
}
