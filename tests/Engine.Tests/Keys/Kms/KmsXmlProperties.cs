using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KmsXmlProperties
{
    [Fact]
    public void Any_change_to_a_document_gives_an_outcome()
    {
        byte[] response = KmsDocuments.Octets(KmsDocuments.KeyProvision), material = KmsDocuments.Octets(KmsDocuments.Material);
        Prop.ForAll<(int Position, byte Value)[]>(changes =>
        {
            KmsDocumentOutcome first = KmsResponse.TryRead(Changed(response, changes), out KmsResponse? read);
            KmsDocumentOutcome second = KmsMaterial.TryRead(Changed(material, changes), out KmsMaterial? kept);
            kept?.Dispose();
            return first == KmsDocumentOutcome.Ok == read is not null && second == KmsDocumentOutcome.Ok == kept is not null;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void A_request_of_any_printable_names_is_written_and_read_again() =>
        Prop.ForAll<NonEmptyString, NonEmptyString>((user, device) =>
        {
            string uri = Printable(user.Get), id = Printable(device.Get);
            var request = new KmsRequest { UserUri = uri, KmsUri = "kms", DeviceId = id };
            return KmsRequest.TryRead(request.Write(), out KmsRequest? read) == KmsDocumentOutcome.Ok && read == request;
        }).Check(Config.QuickThrowOnFailure);

    private static byte[] Changed(byte[] document, (int Position, byte Value)[] changes)
    {
        byte[] changed = [.. document];
        foreach ((int position, byte value) in changes)
            changed[(int)((uint)position * 2654435761u % (uint)changed.Length)] = value;
        return changed;
    }

    // Escapes, quotes and letters of other scripts; what XML cannot say at all is left out.
    private static string Printable(string text) => "a" + string.Concat(text.Where(character => character is > ' ' and < '\u00FF' and not '\u007F' and not (>= '\u0080' and <= '\u00A0')));
}
