using System.Security.Cryptography;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>The keys a command carries: copied when it crosses into the media plane, disposed where it ends.</summary>
internal static class MediaCommandKeys
{
    private const int Key_bytes = 16;

    /// <summary>The same command with keys of its own. Commands without keys are returned as they are.</summary>
    public static MediaCommand WithOwnKeys(MediaCommand command) => command switch
    {
        OpenCall open => open with { MediaKey = Copy(open.MediaKey) },
        AddLeg add => add with { ClientServerKey = Copy(add.ClientServerKey) },
        AddPlainLeg add => add with { Media = Copy(add.Media) },
        ChangePlainLeg change => change with { Media = Copy(change.Media) },
        InstallGroupKey install => install with { Key = Copy(install.Key) },
        _ => command,
    };

    public static void Dispose(MediaCommand command)
    {
        switch (command)
        {
            case OpenCall open:
                open.MediaKey.Dispose();
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
            default:
                break;
        }
    }

    private static PlainMedia Copy(PlainMedia media) => media with { Keys = media.Keys?.Copy() };

    private static GroupMasterKey Copy(GroupMasterKey key)
    {
        Span<byte> octets = stackalloc byte[Key_bytes];
        key.CopyKeyTo(octets);
        var copy = new GroupMasterKey(key.Id, octets, key.Rand);
        CryptographicOperations.ZeroMemory(octets);
        return copy;
    }

    private static ClientServerKey Copy(ClientServerKey key)
    {
        Span<byte> octets = stackalloc byte[Key_bytes];
        key.CopyKeyTo(octets);
        var copy = new ClientServerKey(key.Id, octets, key.Rand);
        CryptographicOperations.ZeroMemory(octets);
        return copy;
    }
}
