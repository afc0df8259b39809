using System.Xml.Linq;

namespace MediaEngine.Keys;

/// <summary>KmsRequest (TS 33.180 D.2.2): the body of every request to a KMS. Signatures are passed over: HTTPS protects it.</summary>
public sealed record KmsRequest
{
    /// <summary>URI of the user the request is from.</summary>
    public required string UserUri { get; init; }

    public required string KmsUri { get; init; }

    /// <summary>Null when the client sent none.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The resource the request goes to.</summary>
    public string? ClientReqUrl { get; init; }

    public string? ClientId { get; init; }

    public string? DeviceId { get; init; }

    /// <param name="request">Null unless Ok.</param>
    public static KmsDocumentOutcome TryRead(ReadOnlyMemory<byte> document, out KmsRequest? request)
    {
        request = null;
        KmsDocumentOutcome outcome = KmsXml.TryParse(document, out XElement root);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        XElement? element = root.Name.LocalName switch
        {
            "KmsRequest" => root,
            "SignedKmsRequest" => KmsXml.Child(root, "KmsRequest"),
            _ => null,
        };
        if (element is null)
            return KmsDocumentOutcome.UnexpectedDocument;
        if ((outcome = KmsXml.TryUri(element, "UserUri", out string? userUri)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryUri(element, "KmsUri", out string? kmsUri)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryUri(element, "ClientReqUrl", out string? url)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryTime(element, "Time", out DateTimeOffset? time)) != KmsDocumentOutcome.Ok)
            return outcome;
        if (userUri is null || kmsUri is null)
            return KmsDocumentOutcome.MissingElement;
        request = new KmsRequest
        {
            UserUri = userUri,
            KmsUri = kmsUri,
            Time = time,
            ClientReqUrl = url,
            ClientId = KmsXml.Text(element, "ClientId"),
            DeviceId = KmsXml.Text(element, "DeviceId"),
        };
        return KmsDocumentOutcome.Ok;
    }

    /// <summary>UTF-8.</summary>
    public byte[] Write() => KmsXml.Write(new XElement(
        KmsXml.Namespace + "KmsRequest",
        new XAttribute("Version", KmsXml.ItemVersion),
        KmsXml.Element("UserUri", UserUri),
        KmsXml.Element("KmsUri", KmsUri),
        KmsXml.Optional("Time", Time),
        KmsXml.Optional("ClientId", ClientId),
        KmsXml.Optional("DeviceId", DeviceId),
        KmsXml.Optional("ClientReqUrl", ClientReqUrl)));
}
