using System.Text;

namespace MediaEngine.Floor;

/// <summary>The phrases of the reject causes (TS 24.380 8.2.6.2, 8.2.10.2), and the phrase a Reject Cause field carries.</summary>
public static class FloorCausePhrase
{
    private const string NotAssigned = "Cause not known";

    /// <summary>UTF-8; empty for causes that are not assigned.</summary>
    public static ReadOnlySpan<byte> OfDeny(ushort cause) => cause switch
    {
        FloorDenyCause.AnotherClientHasPermission => "Another MCPTT client has permission"u8,
        FloorDenyCause.InternalServerError => "Internal floor control server error"u8,
        FloorDenyCause.OnlyOneParticipant => "Only one participant"u8,
        FloorDenyCause.RetryAfterTimerNotExpired => "Retry-after timer has not expired"u8,
        FloorDenyCause.ReceiveOnly => "Receive only"u8,
        FloorDenyCause.NoResourcesAvailable => "No resources available"u8,
        FloorDenyCause.QueueFull => "Queue full"u8,
        FloorDenyCause.Other => "Other reason"u8,
        _ => default,
    };

    /// <summary>UTF-8; empty for causes that are not assigned.</summary>
    public static ReadOnlySpan<byte> OfRevoke(ushort cause) => cause switch
    {
        FloorRevokeCause.OnlyOneClient => "Only one MCPTT client"u8,
        FloorRevokeCause.MediaBurstTooLong => "Media burst too long"u8,
        FloorRevokeCause.NoPermissionToSendMedia => "No permission to send a Media Burst"u8,
        FloorRevokeCause.MediaBurstPreempted => "Media Burst pre-empted"u8,
        FloorRevokeCause.NoResourcesAvailable => "No resources available"u8,
        // TS 24.380 6.3.4.4.16 calls it 8, its table 7.
        FloorRevokeCause.RevokedByAnotherClient or 8 => "Revoked by another MCPTT client"u8,
        FloorRevokeCause.Other => "Other reason"u8,
        _ => default,
    };

    public static string TextOfDeny(ushort cause) => Text(OfDeny(cause));

    public static string TextOfRevoke(ushort cause) => Text(OfRevoke(cause));

    /// <summary>What a peer sent, fit to be shown: control and format characters become question marks. Null when it sent nothing.</summary>
    public static string? Printable(ReadOnlySpan<byte> phrase)
    {
        if (phrase.IsEmpty)
            return null;
        return string.Create(Encoding.UTF8.GetCharCount(phrase), phrase, static (shown, octets) =>
        {
            Encoding.UTF8.GetChars(octets, shown);
            foreach (ref char c in shown)
                c = IsPrintable(c) ? c : '?';
        });
    }

    // Format characters turn a line around, line separators break it.
    private static bool IsPrintable(char c) => char.GetUnicodeCategory(c) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or
        System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);

    private static string Text(ReadOnlySpan<byte> phrase) => phrase.IsEmpty ? NotAssigned : Encoding.UTF8.GetString(phrase);
}
